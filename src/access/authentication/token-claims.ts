import { isClaimText, MAX_CALLER_CHARACTERS } from '../../common/access/claim-text';
import { isScopeName, type ScopeName } from '../../common/access/scope';
import type { TokenIssuer } from '../../config/access.config';
import type { ScopeRules } from '../../config/token-rules';
import { UnauthenticatedError } from '../domain/access.errors';

/** Claims of a token after the check of its signature, issuer and times. */
type Claims = Readonly<Record<string, unknown>>;

/**
 * Limit for a scope or role of another API, which may be longer than those of this service; longer text is not a
 * word.
 */
const MAX_WORD_CHARACTERS = 1_024;

/** The caller, from the configured claim. Throws `UnauthenticatedError` if its value is not a storable text. */
export function callerIn(claims: Claims, { callerClaim }: TokenIssuer): string {
  const caller = claimOf(claims, callerClaim);
  if (!isClaimText(caller)) throw new UnauthenticatedError('claims');
  return caller;
}

/**
 * Throws `UnauthenticatedError` unless the configured claim, and `aud` where the token has it as well (RFC 7519, 4.1.3),
 * name an audience of this service.
 */
export function requireAudience(claims: Claims, { audienceClaim, audiences }: TokenIssuer): void {
  for (const name of new Set([audienceClaim, 'aud'])) {
    const named = claimOf(claims, name);
    if (named === undefined && name !== audienceClaim) continue;
    const isNamed = textsOf(named, MAX_CALLER_CHARACTERS).some((text) => audiences.includes(text));
    if (!isNamed) throw new UnauthenticatedError('audience');
  }
}

/**
 * The scopes of a token by the configured rules. Unknown words and callers give none. Throws `UnauthenticatedError`
 * if the configured claim is malformed; a token without the claim, or with an empty list, has no scopes.
 */
export function scopesIn(claims: Claims, caller: string, rules: ScopeRules): ReadonlySet<ScopeName> {
  if (rules.byCaller !== undefined) return new Set(rules.byCaller.get(caller));
  if (rules.claim === undefined) return standardScopesIn(claims);
  const words = wordsOf(claimOf(claims, rules.claim));
  return new Set(words.flatMap((word) => scopesOfWord(word, rules)));
}

/**
 * `scope` as in RFC 9068, or `scp` as other issuers write it. Words that are not scopes of this service are ignored.
 */
function standardScopesIn({ scope, scp }: Claims): ReadonlySet<ScopeName> {
  const said = scope ?? scp;
  const words: readonly unknown[] =
    typeof said === 'string' ? said.split(' ') : Array.isArray(said) ? said : [];
  return new Set(words.filter(isScopeName));
}

function scopesOfWord(word: string, { prefix, byWord }: ScopeRules): readonly ScopeName[] {
  if (!word.startsWith(prefix)) return [];
  const name = word.slice(prefix.length);
  if (byWord !== undefined) return byWord.get(name) ?? [];
  return isScopeName(name) ? [name] : [];
}

/** The words of a list, or of a text that separates them by spaces. */
function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim !== 'string') return textsOf(claim, MAX_WORD_CHARACTERS);
  const words = claim.split(' ').filter((word) => word !== '');
  // A text without words is malformed (RFC 6749, 3.3), unlike an empty list.
  if (words.length === 0) throw new UnauthenticatedError('claims');
  return textsOf(words, MAX_WORD_CHARACTERS);
}

/** A text, or all texts of a list; empty for an absent claim. */
function textsOf(claim: unknown, max: number): readonly string[] {
  if (claim === undefined) return [];
  const texts: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const isText = (text: unknown): text is string => isClaimText(text, max);
  if (!texts.every(isText)) throw new UnauthenticatedError('claims');
  return texts;
}

/** The token's own claim, never an inherited property such as `constructor`. */
function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}
