import { Injectable, Logger } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { AuditConfig } from '../config/audit.config';
import { AuditTrail } from './ports/audit-trail';

const PAUSE_MS = 600_000;
const DAY_MS = 86_400_000;
/** Maximum number of records dropped in one transaction. */
const SEGMENT_LIMIT = 5_000;

/** Seals every chain up to the beginning of the day (UTC), and drops segments beyond the retention period. */
@Injectable()
export class AuditRetention extends Housekeeping {
  private readonly log = new Logger(AuditRetention.name);

  constructor(
    private readonly trail: AuditTrail,
    clock: Clock,
    private readonly config: AuditConfig,
  ) {
    super(clock, PAUSE_MS);
  }

  protected async step(now: number): Promise<boolean> {
    const today = Math.floor(now / DAY_MS) * DAY_MS;
    if ((await this.trail.seal(today, SEGMENT_LIMIT)) > 0) return true;
    return this.trail.drop(now - this.config.keepMs);
  }

  protected failed(error: unknown): void {
    this.log.warn({ message: 'Audit retention failed; retrying', error });
  }
}
