import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';

/** What the CRM's webhook has to tell operators beside what Sync tells of its deliveries. */
@Injectable()
export class CrmTelemetry {
  private readonly log = new Logger('Crm');
  private readonly blocked;

  constructor(metrics: Metrics) {
    this.blocked = metrics.counter('egress_blocked_total', 'Deliveries refused because of their address');
  }

  egressBlocked(host: string): void {
    this.blocked.inc();
    this.log.warn({ message: 'A webhook was not sent: its address is not globally routable', host });
  }
}
