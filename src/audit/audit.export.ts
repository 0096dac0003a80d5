import { Injectable } from '@nestjs/common';
import { Drain } from '../common/lifecycle/drain';
import { Clock } from '../common/time/clock';
import { type ExportedChain, headerOf } from './domain/audit-export';
import { AuditTrail } from './ports/audit.trail';

const PAGE = 500;

/** The audit trail line by line, as it was at the moment of the first line. */
@Injectable()
export class AuditExport {
  constructor(
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
    private readonly drain: Drain,
  ) {}

  /**
   * The lines of an export; see `ExportHeader`. That there was one is recorded before the first line is handed out.
   * When the process stops, the database fails, or retention drops what was still to come, it throws: whoever reads
   * has an export that ends early, and the verifier says so.
   */
  async *lines(): AsyncGenerator<string, void> {
    const chains = await this.trail.chains();
    const header = headerOf(chains, this.clock.now());
    const detail = { records: header.records };
    await this.trail.record({ action: 'AUDIT_EXPORTED', target: { type: 'audit', id: '*' }, detail });
    yield `${JSON.stringify(header)}\n`;
    for (const chain of chains) yield* this.recordsOf(chain);
  }

  private async *recordsOf({ chain, after, head }: ExportedChain): AsyncGenerator<string> {
    for (let seq = after.seq; seq < head.seq;) {
      this.drain.signal.throwIfAborted();
      const records = await this.trail.page(chain, seq, head.seq, PAGE);
      const next = records.at(-1)?.seq ?? seq;
      if (next - seq !== records.length || records.length === 0)
        throw new Error('Records of the audit trail went away while it was exported.');
      seq = next;
      yield records.map((record) => `${JSON.stringify(record)}\n`).join('');
    }
  }
}
