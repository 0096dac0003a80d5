import { Injectable } from '@nestjs/common';
import { StorageConfig } from '../config/storage.config';
import { DatabaseConnection } from './database/database-connection';
import { DatabaseDiagnostics } from './database-diagnostics';

/** The database for one step of a diagnosis at a time. */
export abstract class DatabaseAccess {
  /**
   * Work with the open database, or with undefined while there is no embedded one. Rejects with `DatabaseOpenError`,
   * `DataDirectoryInUseError` or the error of the work.
   */
  abstract use<T>(work: (database: DatabaseDiagnostics | undefined) => Promise<T>): Promise<T>;
}

/** Opens the database for each use: the service cannot start while another process has an embedded one open. */
export class OpeningDatabaseAccess extends DatabaseAccess {
  constructor(private readonly config: StorageConfig) {
    super();
  }

  override async use<T>(work: (database: DatabaseDiagnostics | undefined) => Promise<T>): Promise<T> {
    const database = await DatabaseDiagnostics.open(this.config);
    try {
      return await work(database);
    } finally {
      await database?.[Symbol.asyncDispose]();
    }
  }
}

/** Within the service: an embedded database is the one that it has open, and to PostgreSQL each use has a connection of its own. */
@Injectable()
export class ServiceDatabaseAccess extends DatabaseAccess {
  private readonly opening: OpeningDatabaseAccess;

  constructor(
    private readonly connection: DatabaseConnection,
    config: StorageConfig,
  ) {
    super();
    this.opening = new OpeningDatabaseAccess(config);
  }

  override use<T>(work: (database: DatabaseDiagnostics | undefined) => Promise<T>): Promise<T> {
    const { dialect, db } = this.connection;
    return dialect === 'sqlite' ? work(DatabaseDiagnostics.ofEmbedded(db)) : this.opening.use(work);
  }
}
