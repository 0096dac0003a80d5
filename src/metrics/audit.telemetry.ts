import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics';

/** Metrics of the audit trail. The composition root binds it as the `AuditObserver`. */
@Injectable()
export class AuditTelemetry {
  private readonly records;
  private isWhole: boolean | undefined;

  constructor(metrics: Metrics) {
    this.records = metrics.counter('audit_records_total', 'Audit records written', ['action', 'outcome']);
    metrics.gauge('audit_chain_ok', 'Whether the audit trail was found to be whole', () =>
      this.isWhole === undefined ? Number.NaN : Number(this.isWhole),
    );
  }

  written(action: string, outcome: string): void {
    this.records.inc({ action, outcome });
  }

  checked(isWhole: boolean): void {
    this.isWhole = isWhole;
  }
}
