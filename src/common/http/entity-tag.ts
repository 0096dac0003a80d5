import { hash } from 'node:crypto';

/** A strong entity tag of what is answered as JSON: another one whenever anything in it is different. */
export function entityTagOf(representation: object): string {
  return `"${hash('sha256', JSON.stringify(representation), 'base64url').slice(0, 27)}"`;
}

/** Whether an `If-None-Match` names the tag, in the weak comparison that RFC 9110, 13.1.2, has for it. */
export function isKnown(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  // A tag may hold commas and no quotes: so quotes, not commas, tell where one ends.
  return [...ifNoneMatch.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, known]) => known === tag);
}
