import type { SessionEvent } from '../../session/domain/session-event';
import type { Delivery } from '../domain/delivery';
import { type Backlog, OutboxStore } from './outbox.store';

interface Row {
  readonly event: SessionEvent;
  readonly sink: string;
  status: 'pending' | 'delivered' | 'dead';
  attempts: number;
  nextAttemptAt: number;
  errors: string[];
}

type Operation = 'due' | 'settle' | 'postpone' | 'bury' | 'backlog';

/**
 * The queue in memory, by the contract of the port. A test can let the next calls of a method fail, and hold back
 * what the next look at the queue has already read.
 */
export class FakeOutboxStore extends OutboxStore {
  readonly rows: Row[] = [];
  readonly latencies: number[] = [];
  readonly calls: Operation[] = [];
  private readonly failures: { readonly operation: Operation; readonly error: unknown }[] = [];
  private readonly holds: Promise<void>[] = [];

  queue(sink: string, ...events: readonly SessionEvent[]): void {
    for (const event of events) {
      this.rows.push({ event, sink, status: 'pending', attempts: 0, nextAttemptAt: 0, errors: [] });
    }
  }

  row(conversationId: string, sequence = 1): Row {
    const found = this.rows.find(
      ({ event }) => event.conversationId === conversationId && event.sequence === sequence,
    );
    if (found === undefined) throw new Error('There is no such delivery');
    return found;
  }

  failNext(operation: Operation, ...errors: readonly unknown[]): void {
    this.failures.push(...errors.map((error) => ({ operation, error })));
  }

  /** The next look at the queue reads at once and answers when told to. */
  holdNextDue(): () => void {
    let release: () => void = () => undefined;
    this.holds.push(
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    return release;
  }

  async due(sink: string, now: number, limit: number): Promise<Delivery[]> {
    await this.begin('due');
    const found = this.heads(sink)
      .filter((row) => row.nextAttemptAt <= now)
      .sort((one, other) => one.nextAttemptAt - other.nextAttemptAt)
      .slice(0, limit)
      .map(({ event, attempts }) => ({ event, sink, attempts }));
    await this.holds.shift();
    return found;
  }

  async settle(delivery: Delivery, _at: number, latencyMs: number): Promise<void> {
    await this.begin('settle');
    const row = this.pending(delivery);
    if (row === undefined) return;
    row.status = 'delivered';
    this.latencies.push(latencyMs);
  }

  async postpone(delivery: Delivery, _at: number, nextAttemptAt: number, error: string): Promise<void> {
    await this.begin('postpone');
    const row = this.pending(delivery);
    if (row?.attempts !== delivery.attempts) return;
    row.attempts += 1;
    row.nextAttemptAt = nextAttemptAt;
    row.errors.push(error);
  }

  async bury(delivery: Delivery, _at: number, error: string): Promise<void> {
    await this.begin('bury');
    const row = this.pending(delivery);
    if (row === undefined) return;
    row.status = 'dead';
    row.errors.push(error);
  }

  async backlog(sink: string): Promise<Backlog> {
    await this.begin('backlog');
    const pending = this.rows.filter((row) => row.sink === sink && row.status === 'pending');
    const times = pending.map(({ event }) => event.occurredAt);
    return { pending: pending.length, ...(times.length === 0 ? {} : { oldestAt: Math.min(...times) }) };
  }

  private async begin(operation: Operation): Promise<void> {
    this.calls.push(operation);
    await Promise.resolve();
    const index = this.failures.findIndex((failure) => failure.operation === operation);
    if (index >= 0) throw this.failures.splice(index, 1)[0]?.error;
  }

  private heads(sink: string): Row[] {
    const pending = this.rows.filter((row) => row.sink === sink && row.status === 'pending');
    return pending.filter(
      (row) =>
        !pending.some(
          ({ event }) =>
            event.conversationId === row.event.conversationId && event.sequence < row.event.sequence,
        ),
    );
  }

  private pending({ event, sink }: Delivery): Row | undefined {
    return this.rows.find(
      (row) => row.event.id === event.id && row.sink === sink && row.status === 'pending',
    );
  }
}
