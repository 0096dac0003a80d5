/**
 * The environment is invalid. The message names every bad variable and its rule, one per line, and never a value: it
 * may be a secret.
 */
export class ConfigurationError extends Error {
  /** EX_CONFIG of sysexits.h: the exit code of the boot, which an orchestrator can tell from a crash. */
  static readonly EXIT_CODE = 78;

  constructor(readonly problems: readonly string[]) {
    super(`The configuration is invalid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = ConfigurationError.name;
  }
}
