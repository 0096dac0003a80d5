import type { Environment } from './environment';

/** Two looks of a load balancer that looks every second, and a little more. */
const DEFAULT_NOTICE_MS = 3_000;

/** Where the API listens and how the process ends. */
export class ServerConfig {
  readonly host: string;
  readonly port: number;
  /** The URL by which clients reach the API, without a slash at its end; empty when they reach it as it is. */
  readonly publicUrl: string;
  readonly shutdownMode: 'handover' | 'disconnect';
  /** How long requests are still served after the stop is announced: where there are others to find, as a rule. */
  readonly shutdownNoticeMs: number;

  constructor(environment: Environment) {
    this.host = environment.HOST;
    this.port = environment.PORT;
    this.publicUrl =
      environment.PUBLIC_URL === undefined ? '' : new URL(environment.PUBLIC_URL).href.replace(/\/+$/, '');
    this.shutdownMode = environment.SHUTDOWN_MODE;
    this.shutdownNoticeMs =
      environment.SHUTDOWN_NOTICE_MS ?? (environment.DATABASE_URL === undefined ? 0 : DEFAULT_NOTICE_MS);
  }
}
