/**
 * The canonical text of a value by RFC 8785 (JSON Canonicalization Scheme): no white space, names in the order of
 * their UTF-16 code units, strings and numbers as ECMAScript writes them. Like `JSON.stringify` it omits undefined
 * members; it throws `TypeError` for every other value without a JSON text.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalObject(value);
  const isJson =
    value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  if (!isJson) throw new TypeError(`There is no JSON for a ${typeof value} such as this.`);
  return JSON.stringify(value);
}

function canonicalObject(value: object): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
