import { boundedTextIn, type Fields, objectsIn } from './fields';

/** More than the platform lets an author write; the payload of an answer has at most as many bytes. */
const MAX_TEXT_LENGTH = 4_096;
/** Maximum of entries that are read of a list, such as cards, items or times. */
const MAX_PARTS = 200;

export function shownTextIn(fields: Fields, name: string): string | undefined {
  return boundedTextIn(fields, name, MAX_TEXT_LENGTH);
}

/** The first 200 entries of a list that can be read. */
export function listIn<T extends object>(
  fields: Fields,
  name: string,
  read: (entry: Fields) => T | undefined,
): readonly T[] {
  return objectsIn(fields, name)
    .flatMap((entry) => read(entry) ?? [])
    .slice(0, MAX_PARTS);
}

/** A part without anything in it is no part. */
export function unlessEmpty<T extends object>(part: T): T | undefined {
  return Object.keys(part).length === 0 ? undefined : part;
}
