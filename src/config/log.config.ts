import type { Environment } from './environment';

/** Level and format of the log. */
export class LogConfig {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'json' | 'pretty';
  /** Values that must never appear in a line, whatever their origin; more may be added while the process runs. */
  readonly secrets: Iterable<string>;

  constructor(environment: Environment) {
    this.level = environment.LOG_LEVEL;
    this.format = environment.LOG_FORMAT;
    this.secrets = environment.secrets;
  }
}
