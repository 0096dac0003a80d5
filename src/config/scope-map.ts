import { isClaimText } from '../common/access/claim-text';
import { isScopeName, type ScopeName } from '../common/access/scope';

/** Scopes by a word of the issuer, or by the name of a caller. */
export type ScopeMap = Readonly<Record<string, readonly ScopeName[]>>;

export const SCOPE_MAP_RULE =
  'must be a JSON object of strings (1 to 255 characters, no control characters), each with a list of at least one scope of this service';

/** An object of at least one string, each with at least one scope. */
export function isScopeMap(value: unknown): value is ScopeMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries: [string, unknown][] = Object.entries(value);
  return entries.length > 0 && entries.every(([text, scopes]) => isClaimText(text) && isScopeList(scopes));
}

function isScopeList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isScopeName);
}
