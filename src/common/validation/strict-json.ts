import { InvalidRequestError } from '../errors/invalid-request.errors';
import { scanJson } from '../json/json-scan';
import { isStorableText } from './column-types';
import { MalformedJsonError } from './malformed-json.errors';

const MAX_DEPTH = 32;
const MAX_KEYS = 200;
/** Maximum number of objects, lists, strings and other values at all depths, which bounds the work per request. */
const MAX_VALUES = 1_000;

/** Names that reach into an object's prototype when they are copied. */
const PROTOTYPE_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses a request body as JSON and refuses JSON that is legal but ambiguous or hostile: duplicate keys (two readers
 * may choose differently), deep nesting, floods of keys and values, NUL and lone surrogates (PostgreSQL stores
 * neither). One linear scan finds all of that before any value is built, and stops at the first fault. Throws
 * `MalformedJsonError`, or `InvalidRequestError` for names that reach into a prototype.
 */
export function parseStrictJson(body: Uint8Array): unknown {
  const text = decode(body);
  inspect(text);
  return parse(text);
}

function decode(body: Uint8Array): string {
  try {
    // A byte order mark is kept, and is then invalid JSON.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new MalformedJsonError('The request body is not UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedJsonError('The request body is not JSON.');
  }
}

function inspect(text: string): void {
  const scopes: Set<string>[] = [];
  let keys = 0;
  let values = 0;
  const count = (): void => {
    values += 1;
    if (values > MAX_VALUES)
      throw new MalformedJsonError(`The request body has more than ${MAX_VALUES} values.`);
  };
  scanJson(text, {
    onOpen: () => {
      count();
      scopes.push(new Set());
      if (scopes.length > MAX_DEPTH)
        throw new MalformedJsonError(`The request body is nested deeper than ${MAX_DEPTH} levels.`);
    },
    onClose: () => {
      scopes.pop();
    },
    onKey: (spelled) => {
      keys += 1;
      if (keys > MAX_KEYS) throw new MalformedJsonError(`The request body has more than ${MAX_KEYS} keys.`);
      assertName(textOf(spelled), scopes.at(-1));
    },
    onText: (spelled) => {
      count();
      textOf(spelled);
    },
    onLiteral: count,
  });
}

function assertName(name: string, siblings: Set<string> | undefined): void {
  if (siblings?.has(name) === true) throw new MalformedJsonError('The request body has a key twice.');
  siblings?.add(name);
  if (PROTOTYPE_NAMES.has(name)) {
    throw new InvalidRequestError([
      { pointer: `#/${name}`, code: 'unknown-field', detail: 'is not a field of this request' },
    ]);
  }
}

/**
 * The value of a JSON string. Only an escape can spell a refused character: the body is UTF-8, and JSON has no raw
 * NUL.
 */
function textOf(spelled: string): string {
  if (!spelled.includes('\\')) return spelled.slice(1, -1);
  const text = String(parse(spelled));
  if (!isStorableText(text, Infinity)) {
    throw new MalformedJsonError('The request body has a text with NUL or half a surrogate pair.');
  }
  return text;
}
