import type { Environment } from './environment';

const DAY_MS = 86_400_000;

/** How long the audit trail is kept. */
export class AuditConfig {
  readonly keepMs: number;

  constructor(environment: Pick<Environment, 'AUDIT_KEEP_DAYS'>) {
    this.keepMs = environment.AUDIT_KEEP_DAYS * DAY_MS;
  }
}
