import { STATUS_CODES } from 'node:http';
import { type OpenAPIObject, getSchemaPath } from '@nestjs/swagger';
import { ProblemResponse } from '../common/problem/problem.response';
import { RAW_BODY_EXTENSION } from '../common/server/takes-raw-body.decorator';
import { PROBLEM_CATALOGUE } from './catalogue/problem-catalogue';
import type { ProblemType } from './catalogue/problem-type';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Response = Exclude<NonNullable<Operation['responses'][string]>, { $ref: string }>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
type Method = (typeof METHODS)[number];

const MEDIA_TYPE = 'application/problem+json';
const REQUEST_ID = '01JDC0XK6V9Q3M8T';

/** The codes that every route may respond with, by status. */
const OF_EVERY_ROUTE = {
  400: ['bad-request'],
  408: ['request-timeout'],
  431: ['headers-too-large'],
  500: ['internal'],
};
/** A path with a part that cannot be decoded matches no resource. */
const OF_ROUTES_WITH_PARAMETERS = { 404: ['not-found'] };
/** A body is read and checked before the route. */
const OF_ROUTES_WITH_BODIES = {
  400: ['malformed-json', 'validation-failed'],
  413: ['payload-too-large'],
  415: ['unsupported-media-type'],
};

const OF_ROUTES_WITH_FILES = {
  400: ['validation-failed'],
  411: ['length-required'],
  413: ['payload-too-large'],
  415: ['unsupported-media-type'],
};

/** Statuses with `Retry-After` on every problem, and the codes of other statuses that have it. */
const WITH_RETRY_AFTER = new Set([429, 503]);
const CODES_WITH_RETRY_AFTER = new Set(['request-in-progress']);
/** Statuses of responses that an operation with idempotency keys may replay. */
const REPLAYED = new Set([201, 409, 500, 502, 503, 504]);

const SCHEMA = { $ref: getSchemaPath(ProblemResponse) };

const EXAMPLES = Object.fromEntries(
  [...PROBLEM_CATALOGUE].map(([code, type]) => [code, exampleOf(code, type)]),
);

const HEADERS = {
  'X-Request-Id': {
    description: 'The id of the request: the one that the caller sent, or a generated one.',
    required: true,
    schema: { type: 'string', example: REQUEST_ID },
  },
  'Retry-After': {
    description: 'Seconds to wait before a retry.',
    required: true,
    schema: { type: 'string', example: '5' },
  },
  'Idempotency-Replayed': {
    description:
      'Present if the response is the replay of the one to an earlier request with the same Idempotency-Key.',
    schema: { type: 'string', enum: ['true'] },
  },
};

/**
 * Completes a document with the routes' own problems (`ApiProblems`, with lists of codes as descriptions): adds the
 * problems of every route, an example of each, and the headers of all responses.
 */
export function addProblems(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation !== undefined) describe(path, method, operation);
    }
  }
  const components = { ...document.components, examples: EXAMPLES, headers: HEADERS };
  return { ...document, components };
}

function describe(path: string, method: Method, operation: Operation): void {
  const responses = responsesOf(operation);
  for (const [status, codes] of codesByStatus(path, problemsOfBodies(method, operation), responses)) {
    const examples = Object.fromEntries(
      codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
    );
    // Responses that are not problems, such as those of a health check, stay as they are.
    const content = { ...responses[status]?.content, [MEDIA_TYPE]: { schema: SCHEMA, examples } };
    const headers = retryHeaderOf(operation, status, codes);
    responses[status] = { description: codes.join(', '), headers, content };
  }
  for (const [status, response] of Object.entries(responses)) {
    if (response.description === '') response.description = STATUS_CODES[status] ?? status;
    response.headers = {
      ...response.headers,
      ...replayHeaderOf(operation, Number(status)),
      'X-Request-Id': refTo('X-Request-Id'),
    };
  }
  operation.responses = Object.fromEntries(
    Object.entries(responses).sort(([a], [b]) => Number(a) - Number(b)),
  );
}

/** A replayed response, or one with several causes, has `Retry-After` only sometimes. */
function retryHeaderOf(
  operation: Operation,
  status: number,
  codes: readonly string[],
): NonNullable<Response['headers']> {
  const isSaid = WITH_RETRY_AFTER.has(status);
  if (isSaid && !(takesKeys(operation) && REPLAYED.has(status)))
    return { 'Retry-After': refTo('Retry-After') };
  const maySay = isSaid || codes.some((code) => CODES_WITH_RETRY_AFTER.has(code));
  return maySay ? { 'Retry-After': { ...HEADERS['Retry-After'], required: false } } : {};
}

/** Documents, on an operation with keys, that a response may be the replay of an earlier one. */
function replayHeaderOf(operation: Operation, status: number): Record<string, { $ref: string }> {
  return takesKeys(operation) && REPLAYED.has(status)
    ? { 'Idempotency-Replayed': refTo('Idempotency-Replayed') }
    : {};
}

function takesKeys({ parameters = [] }: Operation): boolean {
  return parameters.some((parameter) => 'name' in parameter && parameter.name === 'idempotency-key');
}

function responsesOf({ responses }: Operation): Record<number, Response> {
  const described = Object.entries(responses).flatMap(([status, response]) =>
    response === undefined || '$ref' in response ? [] : [[status, response] as const],
  );
  return Object.fromEntries(described);
}

/** The route's own problems come first. */
function codesByStatus(
  path: string,
  ofBodies: Readonly<Record<number, readonly string[]>>,
  responses: Readonly<Record<number, Response>>,
): Map<number, string[]> {
  const own = Object.entries(responses)
    .filter(([, { content }]) => content?.[MEDIA_TYPE] !== undefined)
    .map(([status, { description }]) => [status, description.split(', ')] as const);
  const all = [
    ...own,
    ...(path.includes('{') ? Object.entries(OF_ROUTES_WITH_PARAMETERS) : []),
    ...Object.entries(ofBodies),
    ...Object.entries(OF_EVERY_ROUTE),
  ];
  const merged = new Map<number, string[]>();
  for (const [status, codes] of all)
    merged.set(Number(status), [...new Set([...(merged.get(Number(status)) ?? []), ...codes])]);
  return merged;
}

function problemsOfBodies(method: Method, operation: Operation): Readonly<Record<number, readonly string[]>> {
  if (method === 'get' || Reflect.has(operation, RAW_BODY_EXTENSION)) return {};
  const { requestBody } = operation;
  const takesFile = requestBody !== undefined && 'content' in requestBody && '*/*' in requestBody.content;
  return takesFile ? OF_ROUTES_WITH_FILES : OF_ROUTES_WITH_BODIES;
}

function refTo(header: keyof typeof HEADERS): { $ref: string } {
  return { $ref: `#/components/headers/${header}` };
}

function exampleOf(
  code: string,
  { title, meaning, statuses }: ProblemType,
): { summary: string; value: object } {
  const errors =
    code === 'validation-failed'
      ? {
          errors: [{ pointer: '#/durationLimit', code: 'out-of-range', detail: 'must be at least 1 second' }],
        }
      : {};
  const type = `/problems/${code}`;
  const value = { type, title, status: statuses[0], instance: '/v1/sessions', code, requestId: REQUEST_ID };
  return { summary: meaning, value: { ...value, ...errors } };
}
