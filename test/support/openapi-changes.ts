import { inputChanges, outputChanges, type Schema, type SchemaChange } from './openapi-schema-changes';
import { isRecord, OpenApiReader, type Json } from './openapi-reader';

/** What of two descriptions of the API breaks a caller of the first who meets the second. */
export interface BreakingChange {
  /** Where, for a person: `POST /v1/sessions, body.queueId`. */
  readonly where: string;
  readonly what: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * The breaking changes from one OpenAPI 3.1 document to another: what was there and is gone, what a request must have
 * and had not to, what is allowed no longer in a request, and what an answer may be that it was not before. Texts,
 * examples and additions that a tolerant reader passes over are none. A new value of an enumeration in an answer is
 * none either: callers are told to expect them.
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

/** The named examples of problems are the codes that a status may come with: a code that goes away is a promise broken. */
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
