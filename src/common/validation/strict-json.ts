import { visit } from 'jsonc-parser';
import { InvalidRequestError } from '../errors/invalid-request.error';
import { MalformedJsonError } from './malformed-json.error';

const MAX_DEPTH = 32;
const MAX_KEYS = 200;

/** Names that reach into an object's prototype when they are copied around. */
const PROTOTYPE_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a request body as JSON and refuses what JSON allows but nobody means: duplicate keys (two readers may
 * choose differently), deep nesting, floods of keys, NUL and lone surrogates (PostgreSQL stores neither).
 * Throws `MalformedJsonError`, or `InvalidRequestError` for names that reach into a prototype.
 */
export function parseStrictJson(body: Uint8Array): unknown {
  const text = decode(body);
  const value = parse(text);
  inspect(text);
  return value;
}

function decode(body: Uint8Array): string {
  try {
    // A byte order mark is kept, and so refused by JSON.
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
  let depth = 0;
  let keys = 0;
  const enter = (): void => {
    depth += 1;
    if (depth > MAX_DEPTH)
      throw new MalformedJsonError(`The request body is nested deeper than ${MAX_DEPTH} levels.`);
  };
  visit(text, {
    onObjectBegin: () => {
      enter();
      scopes.push(new Set());
    },
    onObjectEnd: () => {
      depth -= 1;
      scopes.pop();
    },
    onArrayBegin: enter,
    onArrayEnd: () => {
      depth -= 1;
    },
    onObjectProperty: (name) => {
      keys += 1;
      if (keys > MAX_KEYS) throw new MalformedJsonError(`The request body has more than ${MAX_KEYS} keys.`);
      assertName(name, scopes.at(-1));
    },
    onLiteralValue: (value: unknown) => {
      if (typeof value === 'string') assertText(value);
    },
  });
}

function assertName(name: string, siblings: Set<string> | undefined): void {
  assertText(name);
  if (siblings?.has(name) === true) throw new MalformedJsonError('The request body has a key twice.');
  siblings?.add(name);
  if (PROTOTYPE_NAMES.has(name)) {
    throw new InvalidRequestError([
      { pointer: `#/${name}`, code: 'unknown-field', detail: 'is not a field of this request' },
    ]);
  }
}

function assertText(text: string): void {
  if (text.includes('\u0000') || !isWellFormed(text)) {
    throw new MalformedJsonError('The request body has a text with NUL or half a surrogate pair.');
  }
}

function isWellFormed(text: string): boolean {
  // The lookarounds find a surrogate that has lost its other half; ES2024's isWellFormed is not in our target.
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}
