import {
  type Driver,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { Database } from './database';

/** Work that is sent as a whole has waited for a result of the database. */
export class WaitingError extends Error {
  constructor() {
    super('A transaction that is sent as a whole gets no result before its commit.');
  }
}

class CompilingDriver extends DummyDriver implements Driver {
  override acquireConnection(): Promise<never> {
    return Promise.reject(new WaitingError());
  }
}

/** Compiles statements for PostgreSQL, and runs none. */
export const POSTGRES_COMPILER = new Kysely<Database>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new CompilingDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
