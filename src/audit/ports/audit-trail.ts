import type { ExportedChain } from '../domain/audit-export';
import type { AuditAction, AuditFact, AuditOutcome, AuditRecord } from '../domain/audit-record';

/** Where a record stands in the list, which has the newest first. */
export interface AuditPosition {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly chain: number;
  readonly seq: number;
}

/** Which records are asked for; what is absent narrows nothing. */
export interface AuditFilter {
  /** The name of a caller. */
  readonly actor?: string;
  readonly action?: AuditAction;
  readonly outcome?: AuditOutcome;
  readonly conversationId?: string;
  /** The id of what something was done to. */
  readonly target?: string;
  /** Epoch milliseconds: from this moment on, and before that one. */
  readonly from?: number;
  readonly to?: number;
}

export interface AuditQuery extends AuditFilter {
  readonly limit: number;
  /** The last record of the page before. */
  readonly after?: AuditPosition;
}

/** The audit trail as it is kept. Everything throws `StorageUnavailableError` when the database cannot be used. */
export abstract class AuditTrail {
  /**
   * Writes facts, all or none, that change nothing here; a change is recorded by its own store, in its transaction.
   */
  abstract record(...facts: readonly AuditFact[]): Promise<void>;

  /** The newest first. */
  abstract list(query: AuditQuery): Promise<AuditRecord[]>;

  /** Every chain as it is at one moment. */
  abstract chains(): Promise<ExportedChain[]>;

  /** The records of a chain after one and up to another, both numbers, in order. */
  abstract page(chain: number, after: number, upTo: number, limit: number): Promise<AuditRecord[]>;

  /** Seals what is older than `before` into segments of at most `limit` records; returns how many segments. */
  abstract seal(before: number, limit: number): Promise<number>;

  /**
   * Drops the oldest sealed segment whose records are all older than `before`, and records that it did. What the
   * chain goes on from is kept. Returns whether there was one.
   */
  abstract drop(before: number): Promise<boolean>;
}
