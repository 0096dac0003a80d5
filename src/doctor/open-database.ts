import type { StorageConfig } from '../config/storage.config';
import { DatabaseDiagnostics } from '../persistence/database-diagnostics';

/** The database, opened by the first check that needs it and shared by all. */
export class OpenDatabase implements AsyncDisposable {
  private opening: Promise<DatabaseDiagnostics | undefined> | undefined;

  constructor(private readonly config: StorageConfig) {}

  /** Undefined while there is no embedded database. Rejects with `DatabaseOpenError` or `DataDirectoryInUseError`. */
  get(): Promise<DatabaseDiagnostics | undefined> {
    this.opening ??= DatabaseDiagnostics.open(this.config);
    return this.opening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await this.opening?.catch(() => undefined);
    await opened?.[Symbol.asyncDispose]();
  }
}
