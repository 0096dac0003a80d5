import type { Environment } from './environment';

/** Two looks of a load balancer that looks every second, and a little more. */
const DEFAULT_NOTICE_MS = 3_000;

/** Where the API listens and how the process ends. */
export class ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly shutdownMode: 'handover' | 'disconnect';
  /** How long requests are still served after the stop is announced: where there are others to find, as a rule. */
  readonly shutdownNoticeMs: number;

  constructor(environment: Environment) {
    this.host = environment.HOST;
    this.port = environment.PORT;
    this.shutdownMode = environment.SHUTDOWN_MODE;
    this.shutdownNoticeMs =
      environment.SHUTDOWN_NOTICE_MS ?? (environment.DATABASE_URL === undefined ? 0 : DEFAULT_NOTICE_MS);
  }
}
