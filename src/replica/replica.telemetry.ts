import { Injectable, Logger } from '@nestjs/common';
import { ReplicaConfig } from '../config/replica.config';
import { HealthChecks } from '../health/health-checks';
import { Metrics } from '../metrics/metrics';
import { Lease } from './ports/lease';

/** Reports how long the lease is trusted, and whether other replicas can reach this one. */
@Injectable()
export class ReplicaTelemetry {
  private readonly log = new Logger('Replica');

  constructor(metrics: Metrics, health: HealthChecks, lease: Lease, config: ReplicaConfig) {
    metrics.gauge(
      'lease_trust_remaining_seconds',
      'How long the lease is trusted without being renewed',
      () => Math.max(0, Math.min(lease.trustLeftMs, Number.MAX_SAFE_INTEGER) / 1000),
    );
    const lost = metrics.counter('lease_lost_total', 'Leases that others took because they ran out');
    lease.onLost(() => {
      lost.inc();
    });
    if (lease.isShared) this.tellAddress(health, config.address !== '');
  }

  /** Not a reason to be unready: a single replica needs no address. */
  private tellAddress(health: HealthChecks, isAnnounced: boolean): void {
    health.inform('forwarding', () => ({ address: isAnnounced ? 'announced' : 'none' }));
    if (isAnnounced) return;
    this.log.warn({
      message: 'Replica address missing: requests for sessions held here are not forwarded',
      setting: 'REPLICA_URL',
    });
  }
}
