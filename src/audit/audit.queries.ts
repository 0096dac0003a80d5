import { Injectable } from '@nestjs/common';
import { readPage } from '../common/pagination/page';
import { decodeCursor, encodeCursor } from './audit-cursor';
import type { AuditRecord } from './domain/audit-record';
import { type AuditFilter, AuditTrail } from './ports/audit-trail';

export interface AuditPage {
  readonly records: readonly AuditRecord[];
  readonly nextCursor: string | null;
}

/** Reads the audit trail. */
@Injectable()
export class AuditQueries {
  constructor(private readonly trail: AuditTrail) {}

  /** Lists the newest first. A cursor belongs to its query; another query's is an `InvalidRequestError`. */
  async list(filter: AuditFilter, limit: number, cursor?: string): Promise<AuditPage> {
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, filter) };
    const { items: records, nextCursor } = await readPage(
      limit,
      (count) => this.trail.list({ ...filter, ...after, limit: count }),
      ({ at, chain, seq }) => encodeCursor({ at: Date.parse(at), chain, seq }, filter),
    );
    return { records, nextCursor };
  }
}
