import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/ports/audit-trail';
import { Drain } from '../common/lifecycle/drain';
import { RequestBulkhead } from '../common/limits/request-bulkhead';
import { Clock } from '../common/time/clock';
import { Environment } from '../config/environment';
import { ServiceDatabaseAccess } from '../persistence/database-access';
import { Lease } from '../replica/ports/lease';
import type { CheckOptions } from './checks';
import { examineEnvironment } from './examine';
import { type Report, reportOf } from './report';

/** Load balancers wait longer; one check more may take 20 seconds. */
const BUDGET_MS = 45_000;

/** A report and the process that made it. */
export interface ServiceReport extends Report {
  readonly replica: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/** The doctor within the service: the same checks, from the network that the service is in. */
@Injectable()
export class DoctorService {
  private readonly examinations = new RequestBulkhead(1, () => 1);

  constructor(
    @Inject(Environment) private readonly environment: Environment,
    private readonly database: ServiceDatabaseAccess,
    private readonly lease: Lease,
    private readonly trail: AuditTrail,
    private readonly drain: Drain,
    private readonly clock: Clock,
  ) {}

  /**
   * Examines the deployment, and records that before it begins. Throws `TooManyInFlightError` while this process makes another
   * examination, and `StorageUnavailableError` without a record.
   */
  async examine(options: CheckOptions): Promise<ServiceReport> {
    const release = this.examinations.take();
    try {
      const replica = this.lease.holder;
      const startedAt = this.clock.now();
      await this.trail.record({ action: 'DEPLOYMENT_EXAMINED', target: { type: 'replica', id: replica } });
      const bounded = { ...options, budgetMs: BUDGET_MS };
      const { findings, secrets } = await examineEnvironment(
        this.environment,
        bounded,
        this.database,
        this.drain.signal,
      );
      const durationMs = this.clock.now() - startedAt;
      return { ...reportOf(findings, secrets), replica, startedAt, durationMs };
    } finally {
      release();
    }
  }
}
