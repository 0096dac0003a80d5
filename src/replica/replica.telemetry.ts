import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';
import { Lease } from './ports/lease';

/** How sure this replica is of what it holds. */
@Injectable()
export class ReplicaTelemetry {
  constructor(metrics: Metrics, lease: Lease) {
    metrics.gauge(
      'lease_trust_remaining_seconds',
      'How long the lease is trusted without being renewed',
      () => Math.max(0, Math.min(lease.trustLeftMs, Number.MAX_SAFE_INTEGER) / 1000),
    );
    const lost = metrics.counter('lease_lost_total', 'Leases that others took because they ran out');
    lease.onLost(() => {
      lost.inc();
    });
  }
}
