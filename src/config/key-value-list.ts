import { isDecodable } from './url-rules';

export const KEY_VALUES_RULE = 'must be a comma-separated list of key=value, with percent-encoded values';

/** Tokens of RFC 9110, of which names of headers and of attributes are made. */
const KEY = /^[\w!#$%&'*+.^`|~-]+$/;

/** Tells whether a text is a list in the syntax that OpenTelemetry's specification takes from W3C Baggage, without properties. */
export function isKeyValueList(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  return partsOf(text).every(([key, value]) => {
    return (
      value !== undefined && KEY.test(key) && isDecodable(value) && isPrintable(decodeURIComponent(value))
    );
  });
}

/** The values of a valid list, decoded, by their keys. */
export function keyValuesIn(text: string): Record<string, string> {
  return Object.fromEntries(
    partsOf(text).map(([key, value = '']) => [key, decodeURIComponent(value)] as const),
  );
}

function partsOf(text: string): readonly (readonly [key: string, value: string | undefined])[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [part, undefined] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
}

/** A header has no line breaks and no other control characters. */
function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
