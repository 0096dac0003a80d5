import type { StorageConfig } from '../config/storage.config';
import { DatabaseDiagnostics } from '../persistence/database-diagnostics';

/** Opens the database once for each check: the service cannot start while another process has an embedded one open. */
export class DatabaseAccess {
  constructor(private readonly config: StorageConfig) {}

  /**
   * Work with the open database, or with undefined while there is no embedded one. Rejects with `DatabaseOpenError`,
   * `DataDirectoryInUseError` or the error of the work.
   */
  async use<T>(work: (database: DatabaseDiagnostics | undefined) => Promise<T>): Promise<T> {
    const database = await DatabaseDiagnostics.open(this.config);
    try {
      return await work(database);
    } finally {
      await database?.[Symbol.asyncDispose]();
    }
  }
}
