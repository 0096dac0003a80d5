import { createHash } from 'node:crypto';
import { codeOf } from './dialect';

/** A server keeps each named statement of a connection in memory, about 30 kB with its plan (docs/performance.md). */
const MAX_NAMES = 200;

/**
 * Names for the statements of a process, so that PostgreSQL parses and plans each of them once per connection instead
 * of each time. The first 200 texts get one: a replica under all attacks ran 122. Further ones, as from lists of
 * unforeseen lengths, have no name. A name is a hash of its text, so that it cannot stand for two statements where
 * processes share a server connection unknowingly.
 */
export class StatementNames {
  private readonly names = new Map<string, string>();
  private generation = 0;

  constructor(private isUsed: boolean) {}

  /** Undefined if the statement is to be sent without a name. */
  nameOf(sql: string): string | undefined {
    if (!this.isUsed) return undefined;
    const known = this.names.get(sql);
    if (known !== undefined || this.names.size === MAX_NAMES) return known;
    const name = `s${this.generation}_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
    this.names.set(sql, name);
    return name;
  }

  /**
   * Tells whether a statement failed only because of its name, and should be sent once more. It then stops using
   * names if server connections are shared, or makes new ones after a change of the schema.
   */
  recoversFrom(error: unknown, name: string | undefined): boolean {
    if (name === undefined || !isAboutName(error)) return false;
    if (!isOutdatedResult(error)) this.isUsed = false;
    else if (name.startsWith(`s${this.generation}_`)) this.renew();
    return true;
  }

  private renew(): void {
    this.generation += 1;
    this.names.clear();
  }
}

/** `invalid_sql_statement_name` and `duplicate_prepared_statement`: another client has used the server connection. */
const NAME_CODES: ReadonlySet<string> = new Set(['26000', '42P05']);

/** Tells whether the server refuses the name of a statement rather than its text. */
export function isAboutName(error: unknown): boolean {
  return NAME_CODES.has(codeOf(error) ?? '') || isOutdatedResult(error);
}

/** "cached plan must not change result type": its code is shared by many failures, and its text is translated. */
function isOutdatedResult(error: unknown): boolean {
  return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';
}
