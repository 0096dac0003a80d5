import { isClaimText } from '../common/access/claim-text';
import type { ScopeName } from '../common/access/scope';
import type { Environment } from './environment';
import type { ScopeMap } from './scope-map';

/**
 * Rules that give a token its scopes. Without a configured claim, scopes are in `scope` or, if that is absent, in
 * `scp`.
 */
export interface ScopeRules {
  readonly claim: string | undefined;
  /** Prefix of every word that counts; it is removed. */
  readonly prefix: string;
  /** Scopes by the words of the claim; no other word counts. */
  readonly byWord: ReadonlyMap<string, readonly ScopeName[]> | undefined;
  /** Scopes by the name of the caller; the token's own scopes are then ignored. */
  readonly byCaller: ReadonlyMap<string, readonly ScopeName[]> | undefined;
}

export function scopeRulesIn(environment: Environment): ScopeRules {
  return {
    claim: environment.AUTH_SCOPE_CLAIM,
    prefix: environment.AUTH_SCOPE_PREFIX ?? '',
    byWord: mapOf(environment.AUTH_SCOPE_MAP),
    byCaller: mapOf(environment.AUTH_CALLER_SCOPES),
  };
}

/** A look-up in a `Map` finds no inherited property such as `constructor`. */
function mapOf(map: ScopeMap | undefined): ScopeRules['byWord'] {
  return map === undefined ? undefined : new Map(Object.entries(map));
}

/** The accepted audiences of a token: one in `aud`, or a comma-separated list in another claim. */
export function audiencesIn({ AUTH_AUDIENCE, AUTH_AUDIENCE_CLAIM: claim }: Environment): readonly string[] {
  const text = AUTH_AUDIENCE ?? '';
  return claim === 'aud' ? [text] : text.split(',').map((audience) => audience.trim());
}

/** Contradictions between the settings for tokens. */
export function tokenContradictions(environment: Environment): string[] {
  const problems: string[] = [];
  const audiences = audiencesIn(environment);
  const isList = audiences.every((audience) => isClaimText(audience));
  const isOther = environment.AUTH_AUDIENCE !== undefined && environment.AUTH_AUDIENCE_CLAIM !== 'aud';
  if (isOther && !(isList && new Set(audiences).size === audiences.length)) {
    problems.push(
      'AUTH_AUDIENCE must be a comma-separated list of 1 to 255 characters each, each once, unless AUTH_AUDIENCE_CLAIM is aud',
    );
  }
  const { AUTH_SCOPE_CLAIM: claim, AUTH_CALLER_SCOPES: byCaller } = environment;
  for (const name of ['AUTH_SCOPE_PREFIX', 'AUTH_SCOPE_MAP'] as const) {
    if (environment[name] !== undefined && claim === undefined) {
      problems.push(`${name} needs AUTH_SCOPE_CLAIM`);
    }
  }
  if (byCaller !== undefined && claim !== undefined) {
    problems.push('AUTH_CALLER_SCOPES and AUTH_SCOPE_CLAIM exclude each other');
  }
  return problems;
}
