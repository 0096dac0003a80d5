import { Injectable } from '@nestjs/common';
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
    const found = await this.trail.list({ ...filter, ...after, limit: limit + 1 });
    const records = found.slice(0, limit);
    const last = records.at(-1);
    if (found.length <= limit || last === undefined) return { records, nextCursor: null };
    const { chain, seq } = last;
    return { records, nextCursor: encodeCursor({ at: Date.parse(last.at), chain, seq }, filter) };
  }
}
