import type { CompiledQuery, Kysely } from 'kysely';
import type { Database } from './database';
import type { Dialect } from './dialect';

/** Bound for the texts of one statement, which differ by dialect and by the lengths of lists. */
const MAX_TEXTS = 64;

/** The database, or a transaction, that a statement is for. */
export interface QueryContext {
  readonly db: Kysely<Database>;
  readonly dialect: Dialect;
}

/** A query of Kysely's builder, or one in raw SQL. */
export interface Buildable<Result> {
  compile(db: Kysely<Database>): CompiledQuery<Result>;
}

/** Gives a statement its values. */
export type PreparedQuery<V extends object, Result> = (on: QueryContext, values: V) => CompiledQuery<Result>;

/** The place of a value, from its name inwards. */
type Path = readonly (string | number)[];

/** Stands for a value while the statement is compiled. */
class Placeholder {
  constructor(readonly path: Path) {}
}

/**
 * A statement that is built and compiled once, which takes longer than to run it; each call only gives it its values.
 * `values` are by name: texts, numbers and nulls, rows, and lists of either. There is one text for each dialect, names of
 * a row and length of a list; the rows of a list all have the same names.
 *
 * `build` gets placeholders in place of the values: it passes them on to Kysely as values, and must not depend on more
 * than the names of a row and the length of a list. No value is undefined.
 */
export function prepared<V extends object, Result = unknown>(
  build: (db: Kysely<Database>, values: V, dialect: Dialect) => Buildable<Result>,
): PreparedQuery<V, Result> {
  const texts = new Map<string, CompiledQuery<Result>>();
  return ({ db, dialect }, values) => {
    const shape = dialect + shapeOf(values);
    const text = texts.get(shape) ?? build(db, placeholdersFor(values, []) as V, dialect).compile(db);
    if (texts.size < MAX_TEXTS) texts.set(shape, text);
    return new ValuedQuery(text, values);
  };
}

/** A compiled text with its values, which are put in order only when it is sent: in a batch another text has them. */
class ValuedQuery<Result> implements CompiledQuery<Result> {
  constructor(
    private readonly text: CompiledQuery<Result>,
    private readonly values: object,
  ) {}

  get query(): CompiledQuery<Result>['query'] {
    return this.text.query;
  }

  get queryId(): CompiledQuery<Result>['queryId'] {
    return this.text.queryId;
  }

  get sql(): string {
    return this.text.sql;
  }

  get parameters(): readonly unknown[] {
    const { values } = this;
    return this.text.parameters.map((one) => (one instanceof Placeholder ? valueAt(values, one.path) : one));
  }
}

/** The lengths of lists and the names of rows. */
function shapeOf(values: object): string {
  let shape = '';
  for (const value of Object.values(values) as unknown[]) {
    if (typeof value !== 'object' || value === null) continue;
    shape += ` ${Array.isArray(value) ? value.length : Object.keys(value).join()}`;
  }
  return shape;
}

function placeholdersFor(value: unknown, path: Path): unknown {
  if (typeof value !== 'object' || value === null) return new Placeholder(path);
  if (Array.isArray(value)) return value.map((item, index) => placeholdersFor(item, [...path, index]));
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, placeholdersFor(inner, [...path, key])]));
}

function valueAt(values: object, path: Path): unknown {
  let value: unknown = values;
  for (const step of path) value = (value as Record<string | number, unknown>)[step];
  return value;
}
