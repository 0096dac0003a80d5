import { scanJson } from './json-scan';
import { JsonTooDeepError } from './json-too-deep.errors';

const MAX_DEPTH = 100;

/**
 * Parses JSON of another system. Throws `SyntaxError` for invalid JSON, and `JsonTooDeepError` for more than 100
 * levels: `JSON.parse` reads any depth, but writing such a value again overflows the stack.
 */
export function parseShallowJson(text: string): unknown {
  let depth = 0;
  scanJson(text, {
    onOpen: () => {
      depth += 1;
      if (depth > MAX_DEPTH) throw new JsonTooDeepError(MAX_DEPTH);
    },
    onClose: () => {
      depth -= 1;
    },
  });
  return JSON.parse(text) as unknown;
}
