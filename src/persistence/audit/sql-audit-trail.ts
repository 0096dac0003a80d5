import { Injectable } from '@nestjs/common';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { ExportedChain } from '../../audit/domain/audit-export';
import { FIRST_HASH } from '../../audit/domain/chain-link';
import type { AuditFact, AuditRecord } from '../../audit/domain/audit-record';
import { type AuditQuery, AuditTrail } from '../../audit/ports/audit-trail';
import { toAuditRecord } from './audit.mapper';
import { auditListing, auditRecords } from './audit-listing';
import { dropSegment, sealSegments } from './audit-segments';
import { AuditWriter } from './audit-writer';
import type { AuditRecordTable, Database } from '../database/database';
import { UnitOfWork } from '../database/unit-of-work';

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

  async list(query: AuditQuery): Promise<AuditRecord[]> {
    return this.select((db) => auditListing(db, query));
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
    return this.select((db) =>
      auditRecords(db)
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

  private async select(
    query: (db: Kysely<Database>) => SelectQueryBuilder<Database, 'audit_record', AuditRecordTable>,
  ): Promise<AuditRecord[]> {
    const rows = await this.unitOfWork.query((db) => query(db).execute());
    return rows.map(toAuditRecord);
  }
}
