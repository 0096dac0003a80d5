import type { Environment } from './environment';

/** Two checks of a load balancer that checks every second, and a margin. */
const DEFAULT_NOTICE_MS = 3_000;

/** Address of the API, and timing of the shutdown. */
export class ServerConfig {
  readonly host: string;
  readonly port: number;
  /** The URL by which clients reach the API, without a trailing slash; empty if they reach it directly. */
  readonly publicUrl: string;
  readonly shutdownMode: 'handover' | 'disconnect';
  /**
   * Time for which requests are still served after the stop is announced: by default only if there are other
   * replicas.
   */
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
