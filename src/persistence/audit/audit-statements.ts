import type { Compilable, CompiledQuery, Selectable } from 'kysely';
import type { ChainLink } from '../../audit/domain/audit-chain';
import type { AuditRecord } from '../../audit/domain/audit-record';
import { toAuditRow } from './audit.mapper';
import type { AuditHeadTable } from '../database/database';
import { databaseNow, forUpdate } from '../database/dialect';
import type { Work } from '../database/unit-of-work';

type Head = Pick<Selectable<AuditHeadTable>, 'seq' | 'hash'> & { readonly now: number };

/** Compiled statements by dialect and number of records; a transaction has few records. */
const compiled = new Map<string, CompiledQuery>();

// These statements run in nearly every transaction, and compiling one takes longer than running it.

/** Locks the end of a chain and reads the database's clock. */
export async function lockHead(work: Work, chain: number): Promise<Head> {
  const statement = compiledOnce(work, 'head', [chain], () =>
    forUpdate(
      work.dialect,
      work.db
        .selectFrom('audit_head')
        .select(['seq', 'hash', databaseNow(work.dialect).as('now')])
        .where('chain', '=', chain),
    ),
  );
  const [head] = (await work.ask<Head>(statement)).rows;
  if (head === undefined) throw new Error(`There is no audit chain ${chain}.`);
  return head;
}

export function movingHead(work: Work, chain: number, { seq, hash }: ChainLink): CompiledQuery {
  return compiledOnce(work, 'move', [seq, hash, chain], () =>
    work.db.updateTable('audit_head').set({ seq, hash }).where('chain', '=', chain),
  );
}

export function insertingRecords(work: Work, records: readonly AuditRecord[]): CompiledQuery {
  const rows = records.map(toAuditRow);
  const values = rows.flatMap((row) => Object.values(row) as unknown[]);
  return compiledOnce(work, `insert ${rows.length}`, values, () =>
    work.db.insertInto('audit_record').values(rows),
  );
}

/** `parameters` are those of the statement that `build` composes the first time, in the order of its text. */
function compiledOnce(
  { dialect }: Work,
  name: string,
  parameters: readonly unknown[],
  build: () => Compilable,
): CompiledQuery {
  const key = `${dialect} ${name}`;
  const statement = compiled.get(key) ?? build().compile();
  compiled.set(key, statement);
  return { ...statement, parameters };
}
