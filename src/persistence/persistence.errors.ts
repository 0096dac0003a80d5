import { messageOf } from '../common/errors/failure-text';
import { StartError, WRONG_CONFIGURATION } from '../common/errors/start.errors';

/** Another process uses the data directory. Nothing was read or changed. */
export class DataDirectoryInUseError extends StartError {
  override readonly name = 'DataDirectoryInUseError';

  constructor(directory: string, options?: ErrorOptions) {
    super(
      `The data directory ${directory} is in use by another process. Stop it, or set another DATA_DIR.`,
      options,
    );
  }
}

/** A newer release has changed the schema; this one would misread it. Nothing was changed. */
export class SchemaTooNewError extends StartError {
  override readonly name = 'SchemaTooNewError';

  constructor(unknown: readonly string[]) {
    super(
      `The database was changed by a newer release of this service (${unknown.join(', ')}). ` +
        'Start that release or a later one.',
    );
  }
}

/** Stored data cannot be decrypted; the message gives the reason, and shows none of the data. */
export class UnreadableDataError extends Error {
  override readonly name = 'UnreadableDataError';

  constructor(keyId: string, why: string, options?: ErrorOptions) {
    super(`Data encrypted with the key ${keyId} cannot be read: ${why}.`, options);
  }
}

/** Tells whether stored data can never be decrypted or parsed; every other error is not about the data. */
export function isUnreadable(error: unknown): error is UnreadableDataError | SyntaxError {
  return error instanceof UnreadableDataError || error instanceof SyntaxError;
}

/** `DATA_KEY` does not fit the stored data; the message names the key, the fault and the remedy. */
export class DataKeyError extends StartError {
  override readonly name = 'DataKeyError';
  override readonly exitCode = WRONG_CONFIGURATION;

  static another(keyId: string): DataKeyError {
    return new DataKeyError(
      `The key ${keyId} of DATA_KEY is not the one that stored data was encrypted with under this id. ` +
        'Put that one back; a new key needs an id of its own.',
    );
  }

  static missing(keyId: string): DataKeyError {
    return new DataKeyError(
      `DATA_KEY lacks the key ${keyId}, which stored data is encrypted with. ` +
        'Put it back, after the first one; the log says when it is no longer needed.',
    );
  }
}

/** The database could not be opened; the message names it and the reason, and holds no credential. */
export class DatabaseOpenError extends StartError {
  override readonly name = 'DatabaseOpenError';

  /** `unwritable` is the path that this process may not write to, if that is the reason. */
  constructor(what: string, cause: unknown, unwritable?: string) {
    const user = process.getuid?.();
    const reason =
      unwritable === undefined
        ? reasonOf(cause)
        : `${unwritable} is not writable for this process${user === undefined ? '' : ` (user ${user})`}`;
    super(`Cannot open ${what}: ${reason}`, { cause });
  }
}

/** A backup was not written; the message gives the reason. No partial file is left. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

function reasonOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return String(cause);
  const hasMessage = 'message' in cause && typeof cause.message === 'string';
  return hasMessage ? messageOf(cause as Error) : 'for an unknown reason';
}
