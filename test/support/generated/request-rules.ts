import type { ApiOperation, ApiParameter } from './api-description';
import type { GeneratedRequest } from './generated-request';
import type { SchemaRules } from './schema-rules';

/** Returns the deviations of a request from its description, for which it has to be refused. */
export class RequestRules {
  constructor(private readonly schemas: SchemaRules) {}

  breaches(operation: ApiOperation, request: GeneratedRequest): string[] {
    const ofParameters = operation.parameters.flatMap((parameter) => {
      const breach = this.parameterBreach(parameter, request);
      return breach === undefined ? [] : [`${parameter.place} ${parameter.name} ${breach}`];
    });
    const ofBody = this.bodyBreach(operation, request);
    return [...ofParameters, ...(ofBody === undefined ? [] : [`body ${ofBody}`])];
  }

  private parameterBreach(parameter: ApiParameter, request: GeneratedRequest): string | undefined {
    const { place, name, isRequired, schema } = parameter;
    // A value in the path is not a number, and an unknown id is not found.
    if (place === 'path') return undefined;
    const texts = place === 'header' ? headerOf(request, name) : queryOf(request, name);
    const [text] = texts;
    if (text === undefined) return isRequired ? 'is missing' : undefined;
    // The description does not define a repeated parameter.
    return texts.length > 1 ? undefined : this.schemas.breach(schema, valueOf(parameter, text));
  }

  private bodyBreach({ body }: ApiOperation, request: GeneratedRequest): string | undefined {
    if (body === undefined) return undefined;
    if (request.body === undefined) return body.isRequired ? 'is missing' : undefined;
    try {
      return this.schemas.breach(body.schema, JSON.parse(Buffer.from(request.body).toString('utf8')));
    } catch {
      return 'is no JSON';
    }
  }
}

function headerOf({ headers }: GeneratedRequest, name: string): string[] {
  const value = headers[name];
  return value === undefined ? [] : [value.trim()];
}

function queryOf({ target }: GeneratedRequest, name: string): string[] {
  const start = target.indexOf('?');
  return start < 0 ? [] : new URLSearchParams(target.slice(start + 1)).getAll(name);
}

/** Returns the value that a text represents where its schema is not a string. */
function valueOf({ schema }: ApiParameter, text: string): unknown {
  const types = [schema.type].flat();
  if (types.includes('string')) return text;
  const isNumber = types.includes('integer') || types.includes('number');
  if (isNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return types.includes('boolean') && /^(true|false)$/.test(text) ? text === 'true' : text;
}
