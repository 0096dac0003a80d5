import { Injectable } from '@nestjs/common';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { ExportedChain } from '../../audit/domain/audit-export';
import { FIRST_HASH } from '../../audit/domain/chain-link';
import type { AuditFact, AuditRecord } from '../../audit/domain/audit-record';
import { type AuditFilter, type AuditQuery, AuditTrail } from '../../audit/ports/audit-trail';
import { toAuditRecord } from './audit.mapper';
import { dropSegment, sealSegments } from './audit-segments';
import { AuditWriter } from './audit-writer';
import type { AuditRecordTable, Database } from '../database/database';
import { UnitOfWork } from '../database/unit-of-work';

type Records = SelectQueryBuilder<Database, 'audit_record', AuditRecordTable>;

/** The audit trail in SQL. */
@Injectable()
export class SqlAuditTrail extends AuditTrail {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly writer: AuditWriter,
  ) {
    super();
  }

  async record(...facts: readonly AuditFact[]): Promise<void> {
    await this.unitOfWork.run((work) => {
      this.writer.write(work, facts);
      return Promise.resolve();
    });
  }

  async list({ limit, after, ...filter }: AuditQuery): Promise<AuditRecord[]> {
    return this.select((records) => {
      const matching = filtered(records, filter);
      const rest =
        after === undefined
          ? matching
          : matching.where((eb) =>
              eb(eb.refTuple('at', 'chain', 'seq'), '<', eb.tuple(after.at, after.chain, after.seq)),
            );
      return rest.orderBy('at', 'desc').orderBy('chain', 'desc').orderBy('seq', 'desc').limit(limit);
    });
  }

  async chains(): Promise<ExportedChain[]> {
    // One statement, so that retention drops nothing between two reads.
    const { rows } = await this.unitOfWork.query((db) =>
      sql<{ chain: number; seq: number; hash: string; after_seq: number; after_hash: string }>`
        select head.chain, head.seq, head.hash,
          coalesce(segment.last_seq, 0) as after_seq, coalesce(segment.last_hash, ${FIRST_HASH}) as after_hash
        from audit_head as head
        left join audit_segment as segment on segment.chain = head.chain and segment.last_seq = (
          select max(last_seq) from audit_segment where chain = head.chain and dropped_at is not null)
        order by head.chain`.execute(db),
    );
    return rows.map(({ chain, seq, hash, after_seq, after_hash }) => ({
      chain,
      after: { seq: after_seq, hash: after_hash },
      head: { seq, hash },
    }));
  }

  async page(chain: number, after: number, upTo: number, limit: number): Promise<AuditRecord[]> {
    return this.select((records) =>
      records
        .where('chain', '=', chain)
        .where('seq', '>', after)
        .where('seq', '<=', upTo)
        .orderBy('seq')
        .limit(limit),
    );
  }

  seal(before: number, limit: number): Promise<number> {
    return this.unitOfWork.run(({ db }) => sealSegments(db, before, limit));
  }

  drop(before: number): Promise<boolean> {
    return this.unitOfWork.run(async (work) => {
      const dropped = await dropSegment(work, before);
      if (dropped === undefined) return false;
      const { chain, first_seq: first, last_seq: last } = dropped;
      const target = { type: 'audit', id: `${chain}/${first}-${last}` } as const;
      this.writer.write(work, [{ action: 'AUDIT_SEGMENT_DROPPED', target, reason: 'retention' }]);
      return true;
    });
  }

  private async select(narrow: (records: Records) => Records): Promise<AuditRecord[]> {
    const rows = await this.unitOfWork.query((db) => narrow(recordsOf(db)).execute());
    return rows.map(toAuditRecord);
  }
}

function recordsOf(db: Kysely<Database>): Records {
  return db.selectFrom('audit_record').selectAll();
}

function filtered(
  records: Records,
  { actor, action, outcome, conversationId, target, from, to }: AuditFilter,
): Records {
  let query = records;
  if (actor !== undefined) query = query.where('actor_name', '=', actor).where('actor_type', '=', 'caller');
  if (action !== undefined) query = query.where('action', '=', action);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (conversationId !== undefined) query = query.where('conversation_id', '=', conversationId);
  if (target !== undefined) query = query.where('target_id', '=', target);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  return query;
}
