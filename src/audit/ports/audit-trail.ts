import type { ExportedChain } from '../domain/audit-export';
import type { AuditAction, AuditFact, AuditOutcome, AuditRecord } from '../domain/audit-record';

/** A position in the list, which has the newest record first. */
export interface AuditPosition {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly chain: number;
  readonly seq: number;
}

/** Selects records; an absent field does not restrict. */
export interface AuditFilter {
  /** The name of a caller. */
  readonly actor?: string;
  readonly action?: AuditAction;
  readonly outcome?: AuditOutcome;
  readonly conversationId?: string;
  /** The id of the target. */
  readonly target?: string;
  /** Epoch milliseconds: from this moment on (inclusive), and before that one. */
  readonly from?: number;
  readonly to?: number;
}

export interface AuditQuery extends AuditFilter {
  readonly limit: number;
  /** The last record of the page before. */
  readonly after?: AuditPosition;
}

/** The stored audit trail. All methods throw `StorageUnavailableError` when the database cannot be used. */
export abstract class AuditTrail {
  /**
   * Writes facts without a change of their own, all or none; a change is recorded by its own store, in its
   * transaction.
   */
  abstract record(...facts: readonly AuditFact[]): Promise<void>;

  /** Lists the newest first. */
  abstract list(query: AuditQuery): Promise<AuditRecord[]>;

  /** All chains as they are at one moment. */
  abstract chains(): Promise<ExportedChain[]>;

  /** The records of a chain after one number and up to another, in order. */
  abstract page(chain: number, after: number, upTo: number, limit: number): Promise<AuditRecord[]>;

  /** Seals records older than `before` into segments of at most `limit` records; returns the number of segments. */
  abstract seal(before: number, limit: number): Promise<number>;

  /**
   * Drops the oldest sealed segment if all its records are older than `before`, and records that. The hash that the
   * chain continues from is kept. Returns whether there was one.
   */
  abstract drop(before: number): Promise<boolean>;
}
