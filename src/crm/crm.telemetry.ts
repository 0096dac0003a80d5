import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';

/** Log lines and metrics of the CRM's webhook, beside those of Sync for every delivery. */
@Injectable()
export class CrmTelemetry {
  private readonly log = new Logger('Crm');
  private readonly blocked;

  constructor(metrics: Metrics) {
    this.blocked = metrics.counter('egress_blocked_total', 'Deliveries refused because of their address');
  }

  egressBlocked(host: string): void {
    this.blocked.inc();
    this.log.warn({ message: 'Webhook not sent: address not globally routable', host });
  }
}
