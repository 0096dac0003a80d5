/** EX_CONFIG of sysexits.h: an orchestrator can tell a wrong environment from a crash. */
export const WRONG_CONFIGURATION = 78;

/**
 * A reason not to start that the operator can mend: the message names it and the remedy, so that the log line and
 * standard error have no stack. It holds no value of a setting that may be a secret.
 */
export abstract class StartError extends Error {
  /** The exit code of the process that cannot start. */
  readonly exitCode: number = 1;
}

/** The address of `HOST` and `PORT` cannot be listened on. */
export class ListenError extends StartError {
  override readonly name = 'ListenError';

  constructor(host: string, port: number, cause: Error) {
    super(`HOST and PORT: cannot listen on ${host}, port ${port}: ${cause.message}`, { cause });
  }
}
