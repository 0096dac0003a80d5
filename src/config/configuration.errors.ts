/**
 * The environment cannot be used. The message names every bad variable and what it must be, one per line, and
 * never a value: it may be a secret.
 */
export class ConfigurationError extends Error {
  /** EX_CONFIG of sysexits.h: the boot ends with it, so that an orchestrator can tell it from a crash. */
  static readonly EXIT_CODE = 78;

  constructor(readonly problems: readonly string[]) {
    super(`The configuration is invalid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = ConfigurationError.name;
  }
}
