import { PROOF_HEADER } from '../../../src/session/forwarding/received-hops';
import { forgedProof } from '../forged-proof';
import type { ApiOperation, ApiParameter } from './api-description';
import { AWKWARD_HEADER_UNITS, AWKWARD_UNITS, filled, unitsInTurn } from './awkward-text';
import type { Identity } from './fuzz-callers';
import type { GeneratedRequest } from './generated-request';
import { worstBodiesFor } from './worst-bodies';

/** A request with the maximum cost. */
export interface WorstRequest {
  readonly what: string;
  /** The costly part: the body, or address and headers. */
  readonly kind: 'body' | 'head';
  readonly request: GeneratedRequest;
}

/** Node accepts 16 kB of address and headers together. */
const HEAD_BYTES = 15_000;
const JSON_TYPE = { 'content-type': 'application/json' };
const SOME_BODY = '{}';
const SOME_FILE = { headers: { 'content-type': 'image/png' }, body: 'some bytes' };
/** Number of awkward texts for an operation where all operations are alike; other operations get the others. */
const IN_TURN = 3;

/** Headers that no operation describes, but that this service or its framework reads. */
const READ_ANYWAY = [
  ...[
    'accept',
    'authorization',
    'content-type',
    'content-encoding',
    'cookie',
    'x-request-id',
    'range',
    'host',
  ],
  ...['traceparent', 'tracestate', 'if-none-match', 'last-event-id', 'idempotency-key'],
];

/** Returns the worst requests for an operation; `turn` selects among those that are alike for all operations. */
export function worstRequestsFor(operation: ApiOperation, identity: Identity, turn: number): WorstRequest[] {
  return [
    ...bodiesOf(operation, identity),
    ...operation.parameters.flatMap((parameter) => textsOf(operation, parameter, identity, turn)),
    ...queriesOf(operation, identity),
    ...headersOf(operation, identity, turn),
    ...proofsOf(operation, identity, turn),
  ];
}

/** Makes a refused request of the same size without costly parts. */
export function plainRequest(kind: WorstRequest['kind'], identity: Identity): GeneratedRequest {
  const long = 'x'.repeat(HEAD_BYTES);
  const head = { method: 'GET', target: `/v1/nothing/${long}`, headers: {}, body: undefined, identity };
  const body = JSON.stringify({ queueId: 'x'.repeat(64_000) });
  return kind === 'head'
    ? head
    : { ...head, method: 'POST', target: '/v1/sessions', headers: JSON_TYPE, body };
}

function bodiesOf(operation: ApiOperation, identity: Identity): WorstRequest[] {
  if (operation.body === undefined) return [];
  return worstBodiesFor(operation.body.schema).map(({ what, text }) => ({
    what: `${operation.id} with ${what}`,
    kind: 'body',
    request: { ...requestFor(operation, identity), body: text },
  }));
}

/** Long texts for a parameter. */
function textsOf(
  operation: ApiOperation,
  parameter: ApiParameter,
  identity: Identity,
  turn: number,
): WorstRequest[] {
  const units = {
    path: unitsInTurn(AWKWARD_UNITS, IN_TURN, turn),
    query: AWKWARD_UNITS,
    header: AWKWARD_HEADER_UNITS,
  };
  return units[parameter.place].map((unit) => ({
    what: `${operation.id} with ${parameter.place} ${parameter.name} of ${JSON.stringify(unit)}`,
    kind: 'head',
    request: withText(operation, parameter, unit, identity),
  }));
}

function withText(
  operation: ApiOperation,
  { place, name }: ApiParameter,
  unit: string,
  identity: Identity,
): GeneratedRequest {
  const request = requestFor(operation, identity);
  if (place === 'header') return { ...request, headers: { ...request.headers, [name]: headerText(unit) } };
  const text = filled(encodeURIComponent(unit), HEAD_BYTES);
  return place === 'query'
    ? { ...request, target: `${request.target}?${name}=${text}` }
    : { ...request, target: pathOf(operation, text) };
}

function queriesOf(operation: ApiOperation, identity: Identity): WorstRequest[] {
  const names = operation.parameters.filter(({ place }) => place === 'query').map(({ name }) => name);
  const queries = [
    ...names.map((name) => filled(`${name}=1&`, HEAD_BYTES)),
    ...names.map((name) => filled(`${name}[]=1&`, HEAD_BYTES)),
    Array.from({ length: 3_500 }, (_, at) => at.toString(36)).join('&'),
    ...['a', '~', '/', '%22', '%01', '%5B', '%CC%81'].map((unit) => `${filled(unit, HEAD_BYTES)}=1`),
    filled('&', HEAD_BYTES),
    filled('%', HEAD_BYTES),
  ];
  if (names.length === 0) return [];
  return queries.map((query) => {
    const request = requestFor(operation, identity);
    const target = `${request.target}?${query}`;
    return {
      what: `${operation.id}?${query.slice(0, 20)}…`,
      kind: 'head',
      request: { ...request, target },
    };
  });
}

/** Uses a path that does not exist, so that reading the headers is the whole cost. */
function headersOf(operation: ApiOperation, identity: Identity, turn: number): WorstRequest[] {
  const findsNothing = operation.method === 'GET' && operation.path.includes('{');
  if (!findsNothing) return [];
  return READ_ANYWAY.flatMap((name, at) =>
    unitsInTurn(AWKWARD_HEADER_UNITS, IN_TURN, turn + at).map((unit) => ({
      what: `${operation.id} with ${name} of ${JSON.stringify(unit)}`,
      kind: 'head' as const,
      request: withHeader(requestFor(operation, identity), name, unit),
    })),
  );
}

/** Proofs of a hop, which only the routes of a session's holder read. */
function proofsOf(operation: ApiOperation, identity: Identity, turn: number): WorstRequest[] {
  const isByHolder = operation.method !== 'GET' && operation.path.includes('{conversationId}');
  if (!isByHolder) return [];
  const request = requestFor(operation, identity);
  const wellFormed: WorstRequest = {
    what: `${operation.id} with a forged proof`,
    kind: 'head',
    request: { ...request, headers: { ...request.headers, ...forgedProof(HEAD_BYTES - 100) } },
  };
  const awkward = unitsInTurn(AWKWARD_HEADER_UNITS, IN_TURN, turn).map((unit) => ({
    what: `${operation.id} with ${PROOF_HEADER} of ${JSON.stringify(unit)}`,
    kind: 'head' as const,
    request: withHeader(request, PROOF_HEADER, unit),
  }));
  return [wellFormed, ...awkward];
}

function withHeader(request: GeneratedRequest, name: string, unit: string): GeneratedRequest {
  const prefix = name === 'authorization' ? 'Bearer ' : '';
  const identity = name === 'authorization' ? { headers: {}, scopes: undefined } : request.identity;
  return { ...request, identity, headers: { ...request.headers, [name]: `${prefix}${headerText(unit)}` } };
}

/** Returns the UTF-8 bytes, one character each. */
function headerText(unit: string): string {
  return filled(Buffer.from(unit).toString('latin1'), HEAD_BYTES, ({ length }) => length);
}

function requestFor(operation: ApiOperation, identity: Identity): GeneratedRequest {
  const { method, body, takesFile } = operation;
  const target = pathOf(operation, 'unknown');
  if (takesFile) return { method, target, identity, ...SOME_FILE };
  return body === undefined
    ? { method, target, headers: {}, body, identity }
    : { method, target, headers: JSON_TYPE, body: SOME_BODY, identity };
}

function pathOf({ path }: ApiOperation, text: string): string {
  return path.replaceAll(/\{\w+\}/g, () => text);
}
