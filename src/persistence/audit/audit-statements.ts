import type { CompiledQuery, Selectable } from 'kysely';
import type { ChainLink } from '../../audit/domain/chain-link';
import type { AuditRecord } from '../../audit/domain/audit-record';
import { toAuditRow } from './audit.mapper';
import type { AuditHeadTable, AuditRecordTable } from '../database/database';
import { databaseNow, forUpdate } from '../database/dialect';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';

type Head = Pick<Selectable<AuditHeadTable>, 'seq' | 'hash'> & { readonly now: number };

const locking = prepared((db, { chain }: { readonly chain: number }, dialect) =>
  forUpdate(
    dialect,
    db
      .selectFrom('audit_head')
      .select(['seq', 'hash', databaseNow(dialect).as('now')])
      .where('chain', '=', chain),
  ),
);

const moving = prepared((db, { chain, seq, hash }: AuditHeadTable) =>
  db.updateTable('audit_head').set({ seq, hash }).where('chain', '=', chain),
);

const inserting = prepared((db, { rows }: { readonly rows: readonly AuditRecordTable[] }) =>
  db.insertInto('audit_record').values(rows),
);

/** Locks the end of a chain and reads the database's clock. */
export async function lockHead(work: Work, chain: number): Promise<Head> {
  const [head] = (await work.ask(locking(work, { chain }))).rows;
  if (head === undefined) throw new Error(`There is no audit chain ${chain}.`);
  return head;
}

export function movingHead(work: Work, chain: number, { seq, hash }: ChainLink): CompiledQuery {
  return moving(work, { chain, seq, hash });
}

export function insertingRecords(work: Work, records: readonly AuditRecord[]): CompiledQuery {
  return inserting(work, { rows: records.map(toAuditRow) });
}
