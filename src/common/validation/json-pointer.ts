/** Longer than any field of ours; a caller finds its own field by the beginning of the name. */
const MAX_NAME_LENGTH = 100;

/**
 * The JSON pointer (RFC 6901) to a member of what `parent` points to. A name of more than 100 characters is cut off and
 * ends in `…`, so that an answer does not grow with the names that a caller makes up.
 */
export function pointerTo(parent: string, name: string): string {
  return `${parent}/${shortened(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function shortened(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  // Half of a surrogate pair is no text.
  return `${name.slice(0, MAX_NAME_LENGTH).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
