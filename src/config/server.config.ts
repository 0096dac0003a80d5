import type { Environment } from './environment';

/** Where the API listens and how the process ends. */
export class ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly shutdownMode: 'handover' | 'disconnect';

  constructor(environment: Environment) {
    this.host = environment.HOST;
    this.port = environment.PORT;
    this.shutdownMode = environment.SHUTDOWN_MODE;
  }
}
