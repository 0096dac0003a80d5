import type { Environment } from './environment';

const DAY_MS = 86_400_000;

/** Retention of the audit trail. */
export class AuditConfig {
  readonly keepMs: number;

  constructor(environment: Pick<Environment, 'AUDIT_KEEP_DAYS'>) {
    this.keepMs = environment.AUDIT_KEEP_DAYS * DAY_MS;
  }
}
