import fc from 'fast-check';
import type { Schema } from '../openapi-schema-changes';
import type { ApiOperation, ApiParameter } from './api-description';
import { BROKEN_BODIES, type BrokenBody } from './broken-bodies';
import { edgesOf, textOf } from './schema-values';
import { edgeMutationsOf, type Mutation, mutationsOf, unusualTexts } from './wrong-values';

/** The single deviation of a request from the description, if any. */
export type Deviation =
  | { readonly kind: 'none' }
  /** Repeats the operation's last request. */
  | { readonly kind: 'again' }
  | { readonly kind: 'value'; readonly at: number; readonly text: PlannedText; readonly isRaw: boolean }
  | { readonly kind: 'omission'; readonly at: number }
  | { readonly kind: 'query'; readonly name: string; readonly text: string }
  | { readonly kind: 'json'; readonly mutation: Mutation }
  | { readonly kind: 'body'; readonly how: BrokenBody }
  | { readonly kind: 'type'; readonly contentType: string }
  | { readonly kind: 'size' }
  | { readonly kind: 'method'; readonly method: string }
  | { readonly kind: 'path'; readonly how: PathDeviation }
  | { readonly kind: 'header'; readonly name: string; readonly text: string };

/** The text of a parameter, or a stored value of it: unchanged, or with one changed character. */
export type PlannedText =
  | { readonly say: string }
  /** Unique for each request. */
  | { readonly isUnique: true }
  | { readonly recall: number; readonly otherwise: string }
  | { readonly spoil: number; readonly otherwise: string };

export type PathDeviation = keyof typeof PATH_DEVIATIONS;

export const PATH_DEVIATIONS = {
  slash: (path) => `${path}/`,
  double: (path) => `/${path}`,
  dot: (path) => `/.${path}`,
  deeper: (path) => `${path}/x`,
  upwards: (path) => `${path}/..`,
  encoded: (path) => `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
  upper: (path) => path.toUpperCase(),
  version: (path) => path.replace('/v1', '/v2'),
  matrix: (path) => `${path};a=b`,
  fragment: (path) => `${path}#a`,
  origin: (path) => `http://elsewhere.example${path}`,
  star: () => '*',
  space: (path) => `${path} b`,
  bytes: (path) => `${path}\u00ff\u0080`,
  undecodable: (path) => `${path}%zz`,
  root: () => '/',
} as const satisfies Record<string, (path: string) => string>;

/** Status that every operation with a body declares, whether it needs one or not. */
const UNSUPPORTED_MEDIA_TYPE = 415;

/** Media types that no operation with a body reads. */
const UNREADABLE: readonly Deviation[] = [{ kind: 'type', contentType: 'nonsense' }, { kind: 'size' }];

const METHODS =
  'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND PURGE M-SEARCH QUERY FOO get __proto__';

const CONTENT_TYPES = [
  '',
  'nonsense',
  '*/*',
  'a\u0001b',
  'text/plain',
  'text/plain; a=application/json',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'APPLICATION/JSON',
  'application/json;charset=UTF-8',
  'application/json; charset=latin1',
  'application/json; charset=',
  'application/json, text/plain',
  'application/problem+json',
];

/** Headers that programs read beyond an operation's description. */
const HEADERS: readonly (readonly [name: string, text: string])[] = [
  ['accept', 'text/html'],
  ['accept', 'text/html,*/*;q=0.1'],
  ['accept', 'image/png'],
  ['expect', 'nonsense'],
  ['x-request-id', 'caller-7'],
  ['x-request-id', 'a b'],
  ['x-request-id', 'x'.repeat(129)],
  ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['traceparent', '00-0-0-00'],
  ['if-none-match', '*'],
  ['if-none-match', '"a", W/"b"'],
  ['content-encoding', 'gzip'],
  ['host', 'elsewhere.example'],
  ['host', '[::1'],
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-for', '10.0.0.1'],
  ['access-control-request-method', 'GET'],
  ['upgrade', 'websocket'],
  ['range', 'bytes=0-1'],
  ['x-\u00e9', 'a'],
  ['a b', 'a'],
  ['x-note', 'a\u0001b'],
  ['x-note', 'x'.repeat(20_000)],
];

/**
 * Generates no deviation for nearly half of the requests, and any applicable deviation for the others: parts that are more
 * numerous deviate more often.
 */
export function deviationsFor({ parameters, body, answers }: ApiOperation): fc.Arbitrary<Deviation> {
  const none = fc.constant({ kind: 'none' as const });
  const deviations = [
    ...everywhere().map((arbitrary) => ({ weight: 1, arbitrary })),
    ...parameters.map((parameter, at) => ({ weight: 3, arbitrary: ofParameter(parameter, at) })),
    ...(body === undefined ? [] : [{ weight: 5, arbitrary: ofJson(body.schema) }]),
    ...(answers.has(UNSUPPORTED_MEDIA_TYPE) ? ofBodies().map((arbitrary) => ({ weight: 2, arbitrary })) : []),
  ];
  return fc.oneof({ weight: 9, arbitrary: none }, { weight: 11, arbitrary: fc.oneof(...deviations) });
}

/**
 * Generates all deviations that set one value just outside its range, and all with a body of an unsupported type or size.
 */
export function edgeDeviationsFor({ parameters, body, answers }: ApiOperation): Deviation[] {
  const ofParameters = parameters.flatMap(({ schema }, at) =>
    edgesOf(schema).map((value): Deviation => ({
      kind: 'value',
      at,
      text: { say: textOf(value) },
      isRaw: false,
    })),
  );
  const mutations = body === undefined ? [] : edgeMutationsOf(body.schema);
  return [
    ...ofParameters,
    ...mutations.map((mutation): Deviation => ({ kind: 'json', mutation })),
    ...(answers.has(UNSUPPORTED_MEDIA_TYPE) ? UNREADABLE : []),
  ];
}

function ofJson(schema: Schema): fc.Arbitrary<Deviation> {
  return fc.record({ kind: fc.constant('json' as const), mutation: mutationsOf(schema) });
}

function everywhere(): fc.Arbitrary<Deviation>[] {
  const paths = Object.keys(PATH_DEVIATIONS) as PathDeviation[];
  return [
    fc.constant({ kind: 'again' as const }),
    fc.record({ kind: fc.constant('method' as const), method: fc.constantFrom(...METHODS.split(' ')) }),
    fc.record({ kind: fc.constant('path' as const), how: fc.constantFrom(...paths) }),
    fc.record({ kind: fc.constant('query' as const), name: unusualTexts, text: unusualTexts }),
    fc
      .tuple(fc.constantFrom(...HEADERS), fc.option(unusualTexts, { freq: 2 }))
      .map(([[name, text], nasty]) => ({ kind: 'header' as const, name, text: nasty ?? text })),
  ];
}

function ofParameter({ schema }: ApiParameter, at: number): fc.Arbitrary<Deviation> {
  const edges = edgesOf(schema).map((value) => ({ say: textOf(value) }));
  const text: fc.Arbitrary<PlannedText> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ say: unusualTexts }) },
    { weight: 1, arbitrary: fc.record({ spoil: fc.nat(1_000), otherwise: unusualTexts }) },
    { weight: 1, arbitrary: fc.record({ recall: fc.nat(1_000), otherwise: unusualTexts }) },
    ...(edges.length === 0 ? [] : [{ weight: 4, arbitrary: fc.constantFrom(...edges) }]),
  );
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('value' as const),
        at: fc.constant(at),
        text,
        isRaw: fc.oneof(fc.constant(false), fc.boolean()),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'omission' as const, at }) },
  );
}

function ofBodies(): fc.Arbitrary<Deviation>[] {
  const broken = Object.keys(BROKEN_BODIES) as BrokenBody[];
  return [
    fc.record({ kind: fc.constant('body' as const), how: fc.constantFrom(...broken) }),
    fc.record({ kind: fc.constant('type' as const), contentType: fc.constantFrom(...CONTENT_TYPES) }),
    fc.constant({ kind: 'size' as const }),
  ];
}
