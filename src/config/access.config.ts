import type { ScopeName } from '../common/access/scope';
import { ApiKeys } from './api-keys';
import type { AccessMode, Environment } from './environment';
import { audiencesIn, type ScopeRules, scopeRulesIn } from './token-rules';

/** The issuer of tokens, and the claims of a token for this service. */
export interface TokenIssuer {
  readonly jwksUrl: string;
  readonly issuer: string;
  /** The claim that names the audience, and the audiences of this service. */
  readonly audienceClaim: string;
  readonly audiences: readonly string[];
  readonly callerClaim: string;
  readonly scopes: ScopeRules;
}

/** Authentication of callers, and their limits. */
export class AccessConfig {
  readonly mode: AccessMode;
  readonly keys: ApiKeys;
  readonly issuer: TokenIssuer;
  /** Default limit for callers without one of their own. */
  readonly requestsPerMinute: number;
  /** Pages that need no credential. */
  readonly publicPages: Readonly<Record<'metrics' | 'docs', boolean>>;

  constructor(environment: Environment) {
    this.mode = environment.ACCESS_MODE;
    this.keys = new ApiKeys(environment);
    this.issuer = {
      jwksUrl: environment.AUTH_JWKS_URL ?? '',
      issuer: environment.AUTH_ISSUER ?? '',
      audienceClaim: environment.AUTH_AUDIENCE_CLAIM,
      audiences: audiencesIn(environment),
      callerClaim: environment.AUTH_CALLER_CLAIM,
      scopes: scopeRulesIn(environment),
    };
    this.requestsPerMinute = environment.CALLER_REQUESTS_PER_MINUTE;
    this.publicPages = { metrics: environment.METRICS_PUBLIC, docs: environment.DOCS_PUBLIC };
  }

  /** Whether the deployment asks for no credentials. */
  get needsNoCredential(): boolean {
    return this.mode === 'open' || this.mode === 'open-anywhere';
  }

  /**
   * Tells whether several callers can have one of the scopes. The callers of tokens are not known in advance, so they
   * may be several.
   */
  isShared(...scopes: readonly ScopeName[]): boolean {
    if (this.mode !== 'keys') return this.mode === 'jwt';
    return this.keys.countOfCallers(...scopes) > 1;
  }
}
