import { type DataKey, dataKeyOf } from './data-key-list';
import type { Environment } from './environment';

/** Database and encryption settings. */
export class StorageConfig {
  /** URL of PostgreSQL; absent: the embedded SQLite in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Time for which a start waits for PostgreSQL. */
  readonly startTimeoutMs: number;
  /** Keys for the data of guests; the first one encrypts. */
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
