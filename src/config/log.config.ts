import type { Environment } from './environment';

/** What is logged and in which form. */
export class LogConfig {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'json' | 'pretty';
  /** Values that must never appear in a line, wherever they come from; more may be added while the process runs. */
  readonly secrets: Iterable<string>;

  constructor(environment: Environment) {
    this.level = environment.LOG_LEVEL;
    this.format = environment.LOG_FORMAT;
    this.secrets = environment.secrets;
  }
}
