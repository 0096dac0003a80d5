import SqliteFile, { type Statement } from 'better-sqlite3';
import { Client } from 'pg';

export interface TransactionCounts {
  /** Statements other than those that begin, limit and end transactions. */
  readonly statements: number;
  /** Transactions that have written and were committed, those of a single statement included. */
  readonly commits: number;
}

interface Connection {
  isInTransaction: boolean;
  hasWritten: boolean;
}

type Method = (this: object, ...input: unknown[]) => unknown;

const BEGIN = /^\s*begin\b/i;
const COMMIT = /^\s*(commit|end)\b/i;
const END = /^\s*(commit|end|rollback)\b/i;
const SETTING = /^\s*(set local\b|pragma\b|$)/i;
const WRITE = /^\s*(insert|update|delete|replace|with\b[^]*\b(insert|update|delete)\b)/i;

/** Counts the statements of this process by wrapping the methods of both database drivers. */
export class StatementTally {
  private readonly connections = new WeakMap<object, Connection>();
  private statements = 0;
  private commits = 0;

  /** Counts every statement from now on, on connections that are open already too. */
  static install(): StatementTally {
    const tally = new StatementTally();
    tally.wrapSqlite();
    tally.wrapPostgres();
    return tally;
  }

  get counts(): TransactionCounts {
    return { statements: this.statements, commits: this.commits };
  }

  private wrapSqlite(): void {
    const file = new SqliteFile(':memory:');
    const statement: object = Object.getPrototypeOf(file.prepare('select 1')) as object;
    file.close();
    for (const name of ['run', 'get', 'all', 'iterate']) {
      wrap(statement, name, (self) => {
        const { database, source } = self as Statement;
        this.count(database, source);
      });
    }
    wrap(SqliteFile.prototype, 'exec', (self, [source]) => {
      this.count(self, String(source));
    });
  }

  private wrapPostgres(): void {
    wrap(Client.prototype, 'query', (self, [query]) => {
      this.count(self, typeof query === 'string' ? query : (query as { text: string }).text);
    });
  }

  private count(on: object, sql: string): void {
    const connection = this.connections.get(on) ?? { isInTransaction: false, hasWritten: false };
    this.connections.set(on, connection);
    // Only these come several in one text.
    const texts = BEGIN.test(sql) ? sql.split(';') : [sql];
    for (const text of texts) this.countOne(connection, text);
  }

  private countOne(connection: Connection, sql: string): void {
    if (BEGIN.test(sql) || END.test(sql)) {
      if (COMMIT.test(sql) && connection.hasWritten) this.commits += 1;
      connection.isInTransaction = BEGIN.test(sql);
      connection.hasWritten = false;
      return;
    }
    if (SETTING.test(sql)) return;
    this.statements += 1;
    if (!WRITE.test(sql)) return;
    if (connection.isInTransaction) connection.hasWritten = true;
    else this.commits += 1;
  }
}

/** Calls `observe` before each call of a method. */
function wrap(
  prototype: object,
  name: string,
  observe: (self: object, input: readonly unknown[]) => void,
): void {
  const original = Reflect.get(prototype, name) as Method;
  const wrapped: Method = function (...input) {
    observe(this, input);
    return Reflect.apply(original, this, input);
  };
  Object.defineProperty(prototype, name, { value: wrapped, writable: true, configurable: true });
}
