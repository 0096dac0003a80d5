import type { AuditRecord } from '../domain/audit-record';

/**
 * Receives audit records after the transaction that wrote them has committed, in the order of that transaction. A
 * crash right after the commit may lose the call: the table is the trail, this is only its echo.
 */
export abstract class AuditListener {
  /** Never throws. */
  abstract publish(records: readonly AuditRecord[]): void;
}
