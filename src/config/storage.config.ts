import type { Environment } from './environment';

/** Where the data lives. */
export class StorageConfig {
  /** PostgreSQL; absent: the embedded SQLite in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;

  constructor(environment: Pick<Environment, 'DATABASE_URL' | 'DATA_DIR'>) {
    this.databaseUrl = environment.DATABASE_URL;
    this.dataDir = environment.DATA_DIR;
  }
}
