import { StartError, WRONG_CONFIGURATION } from '../common/errors/start.errors';

/**
 * The environment is invalid. The message names every bad variable and its rule, one per line, and never a value: it
 * may be a secret.
 */
export class ConfigurationError extends StartError {
  override readonly exitCode = WRONG_CONFIGURATION;

  constructor(readonly problems: readonly string[]) {
    super(`The configuration is invalid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = ConfigurationError.name;
  }
}
