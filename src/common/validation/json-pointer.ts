/** Longer than any field of the API; a caller recognises its own field by the beginning of the name. */
const MAX_NAME_LENGTH = 100;

/**
 * The JSON pointer (RFC 6901) to a member of the value at `parent`. A name of more than 100 characters is truncated
 * with `…`, so that a response does not grow with the names that a caller invents.
 */
export function pointerTo(parent: string, name: string): string {
  return `${parent}/${shortened(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function shortened(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  // A lone surrogate is not valid text.
  return `${name.slice(0, MAX_NAME_LENGTH).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
