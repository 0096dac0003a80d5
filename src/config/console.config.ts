import type { Environment } from './environment';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Lifetimes of the sessions of the console. */
export class ConsoleConfig {
  /** Time without a request after which a session ends. */
  readonly idleMs: number;
  /** Time after the login at which a session ends. */
  readonly maxMs: number;

  constructor(environment: Pick<Environment, 'CONSOLE_IDLE_MINUTES' | 'CONSOLE_MAX_HOURS'>) {
    this.idleMs = environment.CONSOLE_IDLE_MINUTES * MINUTE_MS;
    this.maxMs = environment.CONSOLE_MAX_HOURS * HOUR_MS;
  }
}
