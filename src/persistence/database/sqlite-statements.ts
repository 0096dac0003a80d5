import type { Database as SqliteFile, Statement } from 'better-sqlite3';
import type { CompiledQuery, QueryResult, SqliteDatabase } from 'kysely';

const MAX_PREPARED = 500;

/**
 * The statements of an embedded database, each prepared only once: for Kysely, and for units of a transaction that Kysely
 * has begun. The file has one connection, so that what such a unit runs is part of the transaction, without the
 * promises that each of Kysely's statements takes (ADR 38).
 */
export class SqliteStatements implements SqliteDatabase {
  private readonly prepared = new Map<string, Statement>();

  constructor(private readonly file: SqliteFile) {}

  close(): void {
    this.file.close();
  }

  prepare(text: string): Statement {
    // SQLite has rolled back by itself after a full disk or an I/O error; another rollback would fail and hide the
    // cause.
    const sql = text === 'rollback' && !this.file.inTransaction ? 'select 1' : text;
    const statement = this.prepared.get(sql) ?? this.file.prepare(sql);
    if (this.prepared.size < MAX_PREPARED) this.prepared.set(sql, statement);
    return statement;
  }

  /** Runs a statement at once, as Kysely's driver does. */
  run({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>): QueryResult<unknown> {
    const statement = this.prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) };
    return { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) };
  }
}
