import { type DataKey, dataKeyOf } from './data-key-list';
import type { Environment } from './environment';

/** Where the data lives. */
export class StorageConfig {
  /** PostgreSQL; absent: the embedded SQLite in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** What guests are encrypted with; the first one encrypts. */
  readonly dataKeys: readonly DataKey[];

  constructor(
    environment: Pick<Environment, 'DATABASE_URL' | 'DATA_DIR'> & Partial<Pick<Environment, 'DATA_KEY'>>,
  ) {
    this.databaseUrl = environment.DATABASE_URL;
    this.dataDir = environment.DATA_DIR;
    this.dataKeys = (environment.DATA_KEY ?? []).map(dataKeyOf).filter((key) => key !== undefined);
  }
}
