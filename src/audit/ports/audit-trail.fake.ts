import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { CHAIN_START, type ChainLink } from '../domain/chain-link';
import type { ExportedChain } from '../domain/audit-export';
import type { AuditFact, AuditRecord } from '../domain/audit-record';
import { anAuditRecord } from '../domain/audit-record.builder';
import { type AuditQuery, AuditTrail } from './audit-trail';

/** Chains in memory, which fail on demand. */
export class FakeAuditTrail extends AuditTrail {
  readonly facts: AuditFact[] = [];
  /** The calls of `seal` and `drop`. */
  readonly asked: string[] = [];
  sealable = 0;
  droppable = 0;
  failure: Error | undefined;
  /** Targets for which every record is refused. */
  readonly refused = new Set<string>();
  private readonly records: AuditRecord[] = [];

  /** Adds so many records to a chain. */
  fill(chain: number, count: number, facts: Partial<AuditRecord> = {}): void {
    for (let made = 0; made < count; made += 1)
      this.records.push(anAuditRecord({ detail: { made }, ...facts, chain }, this.headOf(chain)));
  }

  /** Changes a stored record, which the real trail must not allow. */
  replace(chain: number, seq: number, facts: Partial<AuditRecord>): void {
    const at = this.records.findIndex((record) => record.chain === chain && record.seq === seq);
    const record = this.records[at];
    if (record !== undefined) this.records[at] = { ...record, ...facts };
  }

  clear(): void {
    this.records.length = 0;
  }

  /** Removes the first records of a chain, like retention. */
  shorten(chain: number): void {
    this.records.splice(
      this.records.findIndex((record) => record.chain === chain),
      1,
    );
  }

  record(...facts: readonly AuditFact[]): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (facts.some(({ target }) => this.refused.has(target.id)))
      return Promise.reject(new DataRefusedError('22021'));
    this.facts.push(...facts);
    return Promise.resolve();
  }

  list({ limit }: AuditQuery): Promise<AuditRecord[]> {
    return Promise.resolve(this.records.toReversed().slice(0, limit));
  }

  chains(): Promise<ExportedChain[]> {
    const numbers = [...new Set(this.records.map(({ chain }) => chain))];
    return Promise.resolve(numbers.map((chain) => ({ chain, after: CHAIN_START, head: this.headOf(chain) })));
  }

  page(chain: number, after: number, upTo: number, limit: number): Promise<AuditRecord[]> {
    const found = this.records.filter(
      (record) => record.chain === chain && record.seq > after && record.seq <= upTo,
    );
    return Promise.resolve(found.slice(0, limit));
  }

  seal(before: number, limit: number): Promise<number> {
    this.asked.push(`seal ${new Date(before).toISOString()} ${limit}`);
    return this.failure === undefined
      ? Promise.resolve(this.sealable-- > 0 ? 1 : 0)
      : Promise.reject(this.failure);
  }

  drop(before: number): Promise<boolean> {
    this.asked.push(`drop ${new Date(before).toISOString()}`);
    return Promise.resolve(this.droppable-- > 0);
  }

  private headOf(chain: number): ChainLink {
    const last = this.records.findLast((record) => record.chain === chain) ?? CHAIN_START;
    return { seq: last.seq, hash: last.hash };
  }
}
