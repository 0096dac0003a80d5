import { inputChanges, outputChanges, type Schema, type SchemaChange } from './openapi-schema-changes';
import { isRecord, OpenApiReader, type Json } from './openapi-reader';

/** A difference between two descriptions of the API that breaks a caller of the first one. */
export interface BreakingChange {
  /** Readable place: `POST /v1/sessions, body.queueId`. */
  readonly where: string;
  readonly what: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * Returns the breaking changes from one OpenAPI 3.1 document to another: removed parts, newly required parts of a
 * request, values that a request may have no longer, and values that an answer may have newly. Texts, examples and
 * additions that a tolerant reader ignores are not breaking, and neither is a new value of an enumeration in an
 * answer: callers have to expect them.
 */
export function breakingChanges(before: Json, after: Json): BreakingChange[] {
  const [older, newer] = [new OpenApiReader(before), new OpenApiReader(after)];
  return Object.entries(older.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => isRecord(item[method])).flatMap((method) => {
      const place = `${method.toUpperCase()} ${path}`;
      const operations = [item[method], newer.paths[path]?.[method]];
      const [old, next] = operations;
      if (!isRecord(old)) return [];
      if (!isRecord(next)) return [{ where: place, what: 'is gone' }];
      return operationChanges(older, newer, old, next).map(({ at, what }) => ({
        where: at === '' ? place : `${place}, ${at}`,
        what,
      }));
    }),
  );
}

function operationChanges(older: OpenApiReader, newer: OpenApiReader, old: Json, next: Json): SchemaChange[] {
  const renamed = old['operationId'] !== next['operationId'];
  return [
    ...(renamed ? [{ at: '', what: `is called ${String(next['operationId'])} in generated clients` }] : []),
    ...parameterChanges(older, newer, old, next),
    ...bodyChanges(older, newer, old, next),
    ...responseChanges(older, newer, old, next),
  ];
}

function parameterChanges(older: OpenApiReader, newer: OpenApiReader, old: Json, next: Json): SchemaChange[] {
  const [known, current] = [older.parametersOf(old), newer.parametersOf(next)];
  const changed = [...known].flatMap(([name, parameter]): SchemaChange[] => {
    const other = current.get(name);
    if (other === undefined) return [{ at: name, what: 'is gone' }];
    const isNewlyRequired = parameter['required'] !== true && other['required'] === true;
    return [
      ...(isNewlyRequired ? [{ at: name, what: 'is required' }] : []),
      ...inputChanges(older.schemaOf(parameter), newer.schemaOf(other), name),
    ];
  });
  const added = [...current]
    .filter(([name, parameter]) => !known.has(name) && parameter['required'] === true)
    .map(([name]) => ({ at: name, what: 'is new and required' }));
  return [...changed, ...added];
}

function bodyChanges(older: OpenApiReader, newer: OpenApiReader, old: Json, next: Json): SchemaChange[] {
  const [body, other] = [older.resolve(old['requestBody']), newer.resolve(next['requestBody'])];
  if (body === undefined)
    return other?.['required'] === true ? [{ at: 'body', what: 'is new and required' }] : [];
  if (other === undefined) return [{ at: 'body', what: 'is gone' }];
  const isNewlyRequired = body['required'] !== true && other['required'] === true;
  return [
    ...(isNewlyRequired ? [{ at: 'body', what: 'is required' }] : []),
    ...contentChanges(older.contentOf(body), newer.contentOf(other), 'body', inputChanges),
  ];
}

function responseChanges(older: OpenApiReader, newer: OpenApiReader, old: Json, next: Json): SchemaChange[] {
  const current = newer.responsesOf(next);
  return [...older.responsesOf(old)].flatMap(([status, response]): SchemaChange[] => {
    const other = current.get(status);
    if (other === undefined) return [{ at: status, what: 'is gone' }];
    const headers = Object.keys(other['headers'] ?? {}).map((name) => name.toLowerCase());
    const missing = Object.keys(response['headers'] ?? {}).filter(
      (name) => !headers.includes(name.toLowerCase()),
    );
    return [
      ...missing.map((name) => ({ at: `${status} header ${name}`, what: 'is gone' })),
      ...exampleChanges(response, other, status),
      ...contentChanges(older.contentOf(response), newer.contentOf(other), status, outputChanges),
    ];
  });
}

/** The named examples of problems are the codes of a status: a removed code breaks a promise. */
function exampleChanges(response: Json, other: Json, status: string): SchemaChange[] {
  const codesOf = (answer: Json): string[] => {
    const content = isRecord(answer['content']) ? answer['content']['application/problem+json'] : undefined;
    return isRecord(content) && isRecord(content['examples']) ? Object.keys(content['examples']) : [];
  };
  const codes = codesOf(other);
  return codesOf(response)
    .filter((code) => !codes.includes(code))
    .map((code) => ({ at: `${status} ${code}`, what: 'is gone' }));
}

function contentChanges(
  before: ReadonlyMap<string, Schema>,
  after: ReadonlyMap<string, Schema>,
  at: string,
  compare: (old: Schema, next: Schema, at: string) => SchemaChange[],
): SchemaChange[] {
  return [...before].flatMap(([type, schema]) => {
    const other = after.get(type);
    return other === undefined ? [{ at: `${at} as ${type}`, what: 'is gone' }] : compare(schema, other, at);
  });
}
