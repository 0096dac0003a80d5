import { boundedTextIn, type Fields, objectsIn } from '../../fields';

/** Maximum length of a text, above the limit of the platform; the payload of an answer has at most as many bytes. */
const MAX_TEXT_LENGTH = 4_096;
/** Maximum of entries that are read from a list, such as cards, items or times. */
const MAX_PARTS = 200;

export function shownTextIn(fields: Fields, name: string): string | undefined {
  return boundedTextIn(fields, name, MAX_TEXT_LENGTH);
}

/** The first 200 readable entries of a list. */
export function listIn<T extends object>(
  fields: Fields,
  name: string,
  read: (entry: Fields) => T | undefined,
): readonly T[] {
  return objectsIn(fields, name)
    .flatMap((entry) => read(entry) ?? [])
    .slice(0, MAX_PARTS);
}

/** Returns undefined for an empty part. */
export function unlessEmpty<T extends object>(part: T): T | undefined {
  return Object.keys(part).length === 0 ? undefined : part;
}
