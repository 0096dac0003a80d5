import { type DataKey, dataKeyOf } from './data-key-list';
import type { Environment } from './environment';

/** Where the data lives. */
export class StorageConfig {
  /** PostgreSQL; absent: the embedded SQLite in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** How long a start waits for PostgreSQL to answer. */
  readonly startTimeoutMs: number;
  /** What guests are encrypted with; the first one encrypts. */
  readonly dataKeys: readonly DataKey[];

  constructor(
    environment: Pick<Environment, 'DATABASE_URL' | 'DATA_DIR'> &
      Partial<Pick<Environment, 'DATA_KEY' | 'DATABASE_START_TIMEOUT_MS'>>,
  ) {
    this.databaseUrl = environment.DATABASE_URL;
    this.dataDir = environment.DATA_DIR;
    this.startTimeoutMs = environment.DATABASE_START_TIMEOUT_MS ?? 0;
    this.dataKeys = (environment.DATA_KEY ?? []).map(dataKeyOf).filter((key) => key !== undefined);
  }
}
