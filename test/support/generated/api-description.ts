import type { Schema } from '../openapi-schema-changes';
import { isRecord, type Json, OpenApiReader } from '../openapi-reader';
import { type GeneratedRequest, pathOf } from './generated-request';

export interface ApiParameter {
  readonly place: 'path' | 'query' | 'header';
  /** Name; that of a header is in lower case. */
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: Schema;
}

/** An operation's description of one of its statuses. */
export interface DescribedAnswer {
  /** Schemas by media type; none when there is no body. */
  readonly content: ReadonlyMap<string, Schema>;
  /** Problem codes of the status. */
  readonly codes: ReadonlySet<string>;
  /** Headers by their name in lower case. */
  readonly headers: ReadonlyMap<string, { readonly isRequired: boolean; readonly schema: Schema }>;
}

export interface ApiOperation {
  readonly id: string;
  readonly method: string;
  /** Path template with names in braces. */
  readonly path: string;
  /** Undefined for an operation that is public. */
  readonly scope: string | undefined;
  readonly parameters: readonly ApiParameter[];
  readonly body: { readonly schema: Schema; readonly isRequired: boolean } | undefined;
  /** Whether the body is a file, of any type. */
  readonly takesFile: boolean;
  readonly answers: ReadonlyMap<number, DescribedAnswer>;
}

export const PROBLEM = 'application/problem+json';

/** An OpenAPI document, for making requests and comparing answers. */
export class ApiDescription {
  readonly operations: readonly ApiOperation[];
  /** Problem codes by status that any request may cause, on any path. */
  readonly ofEveryPath: ReadonlyMap<number, ReadonlySet<string>>;
  readonly problem: Schema;
  /** Operations with fewer parameters first, as a router prefers them. */
  private readonly routes: readonly (readonly [pattern: RegExp, operation: ApiOperation])[];

  constructor(readonly document: Json) {
    this.operations = operationsIn(document);
    this.ofEveryPath = ofEveryPath(document, this.operations);
    const answers = this.operations.flatMap(({ answers }) => [...answers.values()]);
    const problem = answers.map(({ content }) => content.get(PROBLEM)).find((schema) => schema !== undefined);
    if (problem === undefined) throw new Error('The description knows no problems');
    this.problem = problem;
    this.routes = [...this.operations]
      .sort((one, other) => placesIn(one) - placesIn(other))
      .map((operation) => [patternOf(operation), operation]);
  }

  operation(id: string): ApiOperation {
    const found = this.operations.find((operation) => operation.id === id);
    if (found === undefined) throw new Error(`The description has no ${id}`);
    return found;
  }

  /** Finds the described operation of a request; a HEAD is a GET without its body. */
  find(request: GeneratedRequest): ApiOperation | undefined {
    const wanted = request.method === 'HEAD' ? 'GET' : request.method;
    const path = routedPath(pathOf(request));
    return this.routes.find(([pattern, operation]) => operation.method === wanted && pattern.test(path))?.[1];
  }
}

/** Returns the path as a router reads it: without origin and fragment, and with decoded letters. */
function routedPath(sent: string): string {
  const path = sent.replace(/^https?:\/\/[^/]*/, '').split('#', 1)[0] ?? '';
  try {
    return decodeURI(path);
  } catch {
    // An undecodable value names no resource; the most similar operation reports that.
    return path;
  }
}

function patternOf({ path }: ApiOperation): RegExp {
  return new RegExp(`^${path.replaceAll(/[.+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '[^/]*')}$`);
}

function placesIn({ path }: ApiOperation): number {
  return path.split('{').length;
}

function operationsIn(document: Json): ApiOperation[] {
  const reader = new OpenApiReader(document);
  return Object.entries(reader.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) =>
      isRecord(operation) && isRecord(operation['responses'])
        ? [operationOf(reader, method, path, operation)]
        : [],
    ),
  );
}

function operationOf(reader: OpenApiReader, method: string, path: string, operation: Json): ApiOperation {
  const scope = operation['x-required-scope'];
  const body = reader.resolve(operation['requestBody']);
  const content = body === undefined ? undefined : reader.contentOf(body);
  const schema = content?.get('application/json');
  const answers = [...reader.responsesOf(operation)].map(
    ([status, answer]) => [Number(status), answerOf(reader, answer)] as const,
  );
  return {
    id: String(operation['operationId']),
    method: method.toUpperCase(),
    path,
    scope: typeof scope === 'string' ? scope : undefined,
    parameters: [...reader.parametersOf(operation)].map(([key, parameter]) => ({
      place: parameter['in'] as ApiParameter['place'],
      name: key.slice(key.indexOf(' ') + 1),
      isRequired: parameter['required'] === true,
      schema: reader.schemaOf(parameter),
    })),
    body: schema === undefined ? undefined : { schema, isRequired: body?.['required'] === true },
    takesFile: content?.has('*/*') === true,
    answers: new Map(answers),
  };
}

function answerOf(reader: OpenApiReader, answer: Json): DescribedAnswer {
  const headers = isRecord(answer['headers']) ? Object.entries(answer['headers']) : [];
  const content = isRecord(answer['content']) ? answer['content'][PROBLEM] : undefined;
  const examples = isRecord(content) && isRecord(content['examples']) ? content['examples'] : {};
  return {
    content: reader.contentOf(answer),
    codes: new Set(Object.keys(examples)),
    headers: new Map(
      headers.map(([name, entry]) => {
        const header = reader.resolve(entry) ?? {};
        const isRequired = header['required'] === true;
        return [name.toLowerCase(), { isRequired, schema: reader.schemaOf(header) }];
      }),
    ),
  };
}

/** Returns each operation's statuses and the common ones of all paths, such as "404 `not-found`". */
function ofEveryPath(
  document: Json,
  operations: readonly ApiOperation[],
): ReadonlyMap<number, ReadonlySet<string>> {
  const found = new Map<number, Set<string>>();
  const add = (status: number, code: string): void => {
    found.set(status, (found.get(status) ?? new Set()).add(code));
  };
  const info = isRecord(document['info']) ? String(document['info']['description']) : '';
  for (const [, status, code = ''] of info.matchAll(/\b([45]\d\d)\s+`([a-z-]+)`/g)) add(Number(status), code);
  const [first, ...others] = operations;
  for (const [status, { codes }] of first?.answers ?? []) {
    const shared = (code: string): boolean =>
      others.every(({ answers }) => answers.get(status)?.codes.has(code) === true);
    for (const code of [...codes].filter(shared)) add(status, code);
  }
  return found;
}
