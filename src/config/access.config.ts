import { ApiKeys } from './api-keys';
import type { Environment } from './environment';

/** Who vouches for tokens, and what a token for this service says. */
export interface TokenIssuer {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
}

/** Who may call. */
export class AccessConfig {
  readonly mode: 'keys' | 'jwt' | 'open';
  readonly keys: ApiKeys;
  readonly issuer: TokenIssuer;
  /** Pages that everybody may see. */
  readonly publicPages: Readonly<Record<'metrics' | 'docs', boolean>>;

  constructor(environment: Environment) {
    this.mode = environment.ACCESS_MODE;
    this.keys = new ApiKeys(environment);
    this.issuer = {
      jwksUrl: environment.AUTH_JWKS_URL ?? '',
      issuer: environment.AUTH_ISSUER ?? '',
      audience: environment.AUTH_AUDIENCE ?? '',
    };
    this.publicPages = { metrics: environment.METRICS_PUBLIC, docs: environment.DOCS_PUBLIC };
  }
}
