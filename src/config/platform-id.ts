/** UUIDs at present. No other character, so that an id can be part of a topic. */
const ID = /^[\w-]{1,64}$/;

/** Tells whether a value may be the id of a queue in Genesys Cloud. */
export function isPlatformId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}
