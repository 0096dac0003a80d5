import { isClaimText, MAX_CALLER_CHARACTERS } from '../../common/access/claim-text';
import { isScopeName, type ScopeName } from '../../common/access/scope';
import type { TokenIssuer } from '../../config/access.config';
import type { ScopeRules } from '../../config/token-rules';
import { UnauthenticatedError } from '../domain/access.errors';

/** The claims of a token whose signature, issuer and times were verified. */
type Claims = Readonly<Record<string, unknown>>;

/** A scope or role of another API may be longer than any of this service; more is no word. */
const MAX_WORD_CHARACTERS = 1_024;

/** The caller, in the configured claim. Throws `UnauthenticatedError` when it is not a text that can be kept. */
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
 * The scopes of a token by the configured rules. Words and callers that these do not name give none. Throws
 * `UnauthenticatedError` when the configured claim is malformed; a token without the claim, or with an empty list, has no scopes.
 */
export function scopesIn(claims: Claims, caller: string, rules: ScopeRules): ReadonlySet<ScopeName> {
  if (rules.byCaller !== undefined) return new Set(rules.byCaller.get(caller));
  if (rules.claim === undefined) return standardScopesIn(claims);
  const words = wordsOf(claimOf(claims, rules.claim));
  return new Set(words.flatMap((word) => scopesOfWord(word, rules)));
}

/** `scope` as RFC 9068 has it, or `scp` as others do. Words that are no scopes of this service are ignored. */
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
  // A text without words is malformed (RFC 6749, 3.3), unlike a list of none.
  if (words.length === 0) throw new UnauthenticatedError('claims');
  return textsOf(words, MAX_WORD_CHARACTERS);
}

/** A text, or every text of a list; nothing of an absent claim. */
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
