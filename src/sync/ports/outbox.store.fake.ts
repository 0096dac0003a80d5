import type { SessionEvent } from '../../session/domain/session-event';
import type { Attempt, Delivery, DeliveryStatus } from '../domain/delivery';
import { type Backlog, type Claim, OutboxStore, type ReceiverVerdict } from './outbox.store';

interface Row {
  readonly event: SessionEvent;
  readonly sink: string;
  readonly queuedAt: number;
  status: DeliveryStatus;
  attempts: number;
  nextAttemptAt: number;
  claim: { readonly relay: string; readonly until: number } | undefined;
  errors: string[];
}

type Operation =
  'claim' | 'unclaim' | 'isDue' | 'settle' | 'postpone' | 'bury' | 'markFailing' | 'release' | 'backlog';

/**
 * The queue in memory, by the contract of the port. A test can let the next calls of a method fail, and delay the
 * result of the next claim.
 */
export class FakeOutboxStore extends OutboxStore {
  readonly rows: Row[] = [];
  readonly latencies: number[] = [];
  readonly failingUntil = new Map<string, number>();
  readonly calls: Operation[] = [];
  readonly claims: Claim[] = [];
  readonly paused = new Set<string>();
  retryAfter = 0;
  private readonly failures: { readonly operation: Operation; readonly error: unknown }[] = [];
  private readonly holds: Promise<void>[] = [];

  queue(sink: string, ...events: readonly SessionEvent[]): void {
    for (const event of events) {
      const fresh = { status: 'pending', attempts: 0, nextAttemptAt: 0, claim: undefined } as const;
      this.rows.push({ ...fresh, event, sink, queuedAt: event.occurredAt, errors: [] });
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

  /** Lets the next claim read at once, and answer when the returned function is called. */
  holdNextClaim(): () => void {
    let release: () => void = () => undefined;
    this.holds.push(
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    return release;
  }

  async claim(claim: Claim): Promise<Delivery[]> {
    this.claims.push(claim);
    await this.begin('claim');
    const { sink, relay, until, limit, except = [] } = claim;
    const found = this.heads(claim)
      .filter(({ event }) => !except.includes(event.conversationId))
      .slice(0, limit);
    for (const row of found) row.claim = { relay, until };
    const claimed = found.map(({ event, attempts, queuedAt }) => ({ event, sink, attempts, queuedAt }));
    await this.holds.shift();
    return claimed.map((delivery) => ({ ...delivery, claimedBy: relay }));
  }

  async unclaim(sink: string, relay: string): Promise<void> {
    await this.begin('unclaim');
    for (const row of this.rows) if (row.sink === sink && row.claim?.relay === relay) row.claim = undefined;
  }

  async isDue(sink: string, now: number): Promise<boolean> {
    await this.begin('isDue');
    return this.heads({ sink, now }).length > 0;
  }

  async settle(delivery: Delivery, { latencyMs }: Attempt): Promise<boolean> {
    await this.begin('settle');
    const row = this.claimed(delivery);
    if (row === undefined) return true;
    row.status = 'delivered';
    this.latencies.push(latencyMs);
    const { conversationId } = delivery.event;
    return this.rows.some(
      (other) =>
        other.sink === row.sink &&
        other.status === 'pending' &&
        other.event.conversationId === conversationId,
    );
  }

  async postpone(
    delivery: Delivery,
    { error = '' }: Attempt,
    nextAttemptAt: number,
    { retryAfter = 0, isGone = false }: ReceiverVerdict = {},
  ): Promise<boolean> {
    await this.begin('postpone');
    const row = this.claimed(delivery);
    if (row?.attempts !== delivery.attempts) return false;
    row.attempts += 1;
    row.nextAttemptAt = nextAttemptAt;
    row.claim = undefined;
    row.errors.push(error);
    this.retryAfter = Math.max(this.retryAfter, retryAfter);
    const isPaused = isGone && !this.paused.has(delivery.sink);
    if (isPaused) this.paused.add(delivery.sink);
    return isPaused;
  }

  async bury(delivery: Delivery, { error = '' }: Attempt): Promise<void> {
    await this.begin('bury');
    const row = this.claimed(delivery);
    if (row === undefined) return;
    row.status = 'dead';
    row.errors.push(error);
  }

  async markFailing(sink: string, until: number): Promise<void> {
    await this.begin('markFailing');
    this.failingUntil.set(sink, until);
  }

  async release(sink: string, now: number): Promise<void> {
    await this.begin('release');
    this.failingUntil.delete(sink);
    for (const row of this.pending(sink)) row.nextAttemptAt = Math.min(row.nextAttemptAt, now);
  }

  async backlog(sink: string): Promise<Backlog> {
    await this.begin('backlog');
    const pending = this.pending(sink);
    const times = pending.map(({ queuedAt }) => queuedAt);
    return {
      pending: pending.length,
      blockedConversations: pending.filter(({ attempts }) => attempts > 0).length,
      dead: this.rows.filter((row) => row.sink === sink && row.status === 'dead').length,
      ...(times.length === 0 ? {} : { oldestAt: Math.min(...times) }),
    };
  }

  private async begin(operation: Operation): Promise<void> {
    this.calls.push(operation);
    await Promise.resolve();
    const index = this.failures.findIndex((failure) => failure.operation === operation);
    if (index >= 0) throw this.failures.splice(index, 1)[0]?.error;
  }

  private pending(sink: string): Row[] {
    return this.rows.filter((row) => row.sink === sink && row.status === 'pending');
  }

  private heads({ sink, now, isProbe = false }: Pick<Claim, 'sink' | 'now' | 'isProbe'>): Row[] {
    if (this.paused.has(sink) || this.retryAfter > now) return [];
    const isHeld = (row: Row): boolean => row.claim !== undefined && row.claim.until > now;
    const pending = this.pending(sink);
    return pending
      .filter((row) => (isProbe || row.nextAttemptAt <= now) && !isHeld(row))
      .filter(
        (row) =>
          !pending.some(
            (other) =>
              other.event.conversationId === row.event.conversationId &&
              (other.event.sequence < row.event.sequence || isHeld(other)),
          ),
      )
      .sort((one, other) => {
        const triedLast = isProbe ? Number(one.attempts > 0) - Number(other.attempts > 0) : 0;
        return triedLast || one.nextAttemptAt - other.nextAttemptAt;
      });
  }

  private claimed({ event, sink, claimedBy }: Delivery): Row | undefined {
    const row = this.rows.find(
      (candidate) =>
        candidate.event.id === event.id && candidate.sink === sink && candidate.status === 'pending',
    );
    return claimedBy === undefined || row?.claim?.relay === claimedBy ? row : undefined;
  }
}
