import type { Environment } from './environment';
import { OAuthClients } from './oauth-clients';

/** Hosts of Genesys Cloud and the OAuth clients to use there. */
export class GenesysConfig {
  readonly loginUrl: string;
  readonly apiUrl: string;
  readonly clients: OAuthClients;
  /** Settings that replace the hosts of `GENESYS_REGION`, if both are given. */
  readonly overriddenBy: readonly string[];
  /** The way in which a client authenticates at the token endpoint. */
  readonly clientAuth: 'basic' | 'body';
  /** Tells whether each client requests a token before the first session. */
  readonly signsInAtStart: boolean;
  /** Total time for one request, in milliseconds. */
  readonly timeoutMs: number;
  /** Requests that each client may send per window, until the platform states a limit. */
  readonly requestsPerWindow: number;
  /** The platform's window, in milliseconds: a minute, unless time is compressed. */
  readonly rateWindowMs: number;
  /** Requests per second above which failures can open the circuit of the API. */
  readonly breakerMinRps: number;
  /** Time after which an open circuit lets one trial request through. */
  readonly breakerRecoveryMs: number;

  constructor(environment: Environment) {
    const region = environment.GENESYS_REGION ?? '';
    this.loginUrl = withoutSlash(environment.GENESYS_LOGIN_URL ?? `https://login.${region}`);
    this.apiUrl = withoutSlash(environment.GENESYS_API_URL ?? `https://api.${region}`);
    this.overriddenBy = overridingIn(environment);
    this.clients = new OAuthClients(environment);
    this.clientAuth = environment.GENESYS_CLIENT_AUTH;
    this.signsInAtStart = environment.GENESYS_SIGN_IN_AT_START;
    this.timeoutMs = environment.UPSTREAM_TIMEOUT_MS;
    this.requestsPerWindow = environment.GENESYS_REQUESTS_PER_MINUTE;
    this.rateWindowMs = environment.GENESYS_RATE_WINDOW_MS;
    this.breakerMinRps = environment.UPSTREAM_BREAKER_MIN_RPS;
    this.breakerRecoveryMs = environment.UPSTREAM_BREAKER_RECOVERY_MS;
  }
}

function overridingIn(environment: Environment): string[] {
  if (environment.GENESYS_REGION === undefined) return [];
  const overriding = [
    'GENESYS_LOGIN_URL',
    'GENESYS_API_URL',
    'GENESYS_MESSAGING_URL',
    'GENESYS_CDN_URL',
  ] as const;
  return overriding.filter((name) => environment[name] !== undefined);
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
