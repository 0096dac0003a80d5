import type { Environment } from './environment';

/** How to reach Genesys Cloud and as whom. */
export class GenesysConfig {
  readonly loginUrl: string;
  readonly apiUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** How a client identifies itself at the token endpoint. */
  readonly clientAuth: 'basic' | 'body';
  /** Total time for one request, in milliseconds. */
  readonly timeoutMs: number;

  constructor(environment: Environment) {
    const region = environment.GENESYS_REGION ?? '';
    this.loginUrl = withoutSlash(environment.GENESYS_LOGIN_URL ?? `https://login.${region}`);
    this.apiUrl = withoutSlash(environment.GENESYS_API_URL ?? `https://api.${region}`);
    this.clientId = environment.GENESYS_CLIENT_ID;
    this.clientSecret = environment.GENESYS_CLIENT_SECRET;
    this.clientAuth = environment.GENESYS_CLIENT_AUTH;
    this.timeoutMs = environment.UPSTREAM_TIMEOUT_MS;
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
