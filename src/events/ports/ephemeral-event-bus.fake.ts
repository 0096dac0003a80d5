import { randomUUID } from 'node:crypto';
import type { EphemeralEvent } from '../domain/stream-event';
import {
  type EphemeralEventBatch,
  EphemeralEventBus,
  type EphemeralEventPositions,
  SHOWN_FOR_MS,
} from './ephemeral-event-bus';

type Published = Omit<EphemeralEventBatch, 'ageMs'> & { at: number };

/** A bus in memory, by the contract of the port, which processes of a test share. A test can let it fail. */
export class FakeEphemeralEventBus extends EphemeralEventBus {
  /** Number of reads. */
  reads = 0;
  readonly purges: { readonly olderThanMs: number; readonly limit: number }[] = [];
  private readonly source = randomUUID();
  private number = 0;
  private failure: Error | undefined;

  constructor(readonly published: Published[] = []) {
    super();
  }

  /** The bus of another process on the same data. */
  beside(): FakeEphemeralEventBus {
    return new FakeEphemeralEventBus(this.published);
  }

  fails(error: Error): void {
    this.failure = error;
  }

  works(): void {
    this.failure = undefined;
  }

  /** Makes all batches older. */
  age(ms: number): void {
    for (const batch of this.published) batch.at -= ms;
  }

  publish(events: readonly EphemeralEvent[]): Promise<void> {
    return this.call(() => {
      this.number += 1;
      this.published.push({ source: this.source, number: this.number, at: performance.now(), events });
    });
  }

  after(positions: EphemeralEventPositions, limit: number): Promise<EphemeralEventBatch[]> {
    this.reads += 1;
    return this.call(() =>
      this.published
        .map(({ at, ...batch }) => ({ ...batch, ageMs: performance.now() - at }))
        .filter(({ source, ageMs }) => source !== this.source && ageMs <= SHOWN_FOR_MS)
        .filter(({ source, number }) => number > (positions.get(source) ?? 0))
        .slice(0, limit),
    );
  }

  purge(olderThanMs: number, limit: number): Promise<number> {
    this.purges.push({ olderThanMs, limit });
    return this.call(() => {
      const old = this.published.filter(({ at }) => performance.now() - at > olderThanMs).slice(0, limit);
      for (const batch of old) this.published.splice(this.published.indexOf(batch), 1);
      return old.length;
    });
  }

  private call<T>(work: () => T): Promise<T> {
    return this.failure === undefined ? Promise.resolve(work()) : Promise.reject(this.failure);
  }
}
