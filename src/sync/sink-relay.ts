import { setMaxListeners } from 'node:events';
import { sleep } from '../common/time/sleep';
import type { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import { ExpiringSet } from '../common/poison/expiring-set';
import type { DeliveryOutcome, DeliveryWorker } from './delivery-worker';
import type { DeliveryRateLimiter } from './delivery-rate-limiter';
import type { Delivery, QueuedEvent } from './domain/delivery';
import type { SessionEvent } from '../session/domain/session-event';
import type { Lease } from '../replica/ports/lease';
import type { Claim, DeliveryQueue } from './ports/outbox.store';
import type { RelayTelemetry } from './ports/relay-telemetry';
import type { ReceiverHealth } from './receiver-health';
import type { InFlightDeliveries } from './in-flight-deliveries';

/** So that the commits and the ends of deliveries of a busy time share a claim. */
export const RELAY_THROTTLE_MS = 25;
/** Time to deliver what is due when the process stops; the rest is left to the next process. */
export const STOP_GRACE_MS = 2_000;
/** Validity of a claim, longer than an attempt may take: the claims of a killed process are over after this. */
const CLAIM_MS = 20_000;
/** Pause of a conversation queue when its head can neither be settled nor buried, and the number of such queues remembered. */
const STUCK_MS = 3_600_000;
const MAX_STUCK = 1_000;

/** Collaborators of the relay of one sink. */
export interface SinkRelayDependencies<E extends QueuedEvent> {
  readonly sink: string;
  readonly outbox: DeliveryQueue<E>;
  readonly worker: DeliveryWorker<E>;
  readonly health: ReceiverHealth;
  readonly pace: DeliveryRateLimiter;
  readonly clock: Clock;
  readonly telemetry: RelayTelemetry<E>;
  readonly lease: Lease;
  readonly inFlight: InFlightDeliveries;
  /** The pause between two polls of the queue. */
  readonly pollMs: number;
}

/**
 * Delivers the events of one sink: claims the heads of its conversation queues as they fall due, as many as have a place
 * and the pace allows, and has the worker deliver each. While the receiver is failing it sends one at a time, as a probe.
 * Deliveries in flight at a crash are made again (at-least-once).
 */
export class SinkRelay<E extends QueuedEvent = SessionEvent> {
  private readonly inFlight: InFlightDeliveries;
  private readonly abort = new AbortController();
  private readonly stuck = new ExpiringSet(STUCK_MS, MAX_STUCK);
  private poll: Promise<void> = Promise.resolve();
  private wakeTimer: NodeJS.Timeout | undefined;
  private readonly loop: Loop;
  /** Whether the last claim may have left deliveries that are due. */
  private mayHaveMore = true;

  constructor(private readonly parts: SinkRelayDependencies<E>) {
    setMaxListeners(0, this.abort.signal);
    this.inFlight = parts.inFlight;
    this.loop = new Loop(
      parts.pollMs,
      () => this.dispatch(),
      (error) => {
        parts.telemetry.operationFailed(error);
      },
      RELAY_THROTTLE_MS,
    );
  }

  get sink(): string {
    return this.parts.sink;
  }

  /** Whether the receiver as a whole is failing, as far as this process has observed. */
  get isFailing(): boolean {
    return this.parts.health.isFailing;
  }

  /** Whether no delivery is in flight, and no failing receiver is being probed. */
  get isIdle(): boolean {
    return this.inFlight.isEmpty && !this.parts.health.isProbing;
  }

  start(): void {
    this.loop.start();
  }

  /** Polls the queue now, at the latest `RELAY_THROTTLE_MS` after the last time: there may be deliveries that are due. */
  wake(): void {
    this.loop.wake();
  }

  /** Probes the receiver at once, because an operator has resumed the sink. */
  resumed(): void {
    this.parts.health.probeNow();
    this.wake();
  }

  /** Delivers what is due for up to `graceMs`, then stops, aborts deliveries in flight and returns their claims. */
  async stop(graceMs: number): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.untilIdle(over.signal), sleep(graceMs, over.signal)]);
    over.abort();
    await this.loop.stop();
    this.abort.abort();
    clearTimeout(this.wakeTimer);
    await this.inFlight.settled();
    this.inFlight.close();
    await this.unclaim();
  }

  private async untilIdle(signal: AbortSignal): Promise<void> {
    const { outbox, sink, clock, pace, telemetry } = this.parts;
    try {
      do {
        await this.dispatch();
        await this.inFlight.settled();
        await sleep(pace.waitMs, signal);
      } while (this.mayContinue(signal) && (await outbox.isDue(sink, clock.now())));
    } catch (error) {
      // A retry at once would overload a database that is failing; deliveries in flight may still end.
      telemetry.operationFailed(error);
      await this.inFlight.settled();
    }
  }

  /** A stuck conversation queue stays due, so that waiting for it would never end. */
  private mayContinue(signal: AbortSignal): boolean {
    return !signal.aborted && !this.parts.health.isFailing && this.stuck.names.length === 0;
  }

  /** A claim that cannot be returned expires a little later. */
  private async unclaim(): Promise<void> {
    const { outbox, sink, telemetry } = this.parts;
    try {
      await outbox.unclaim(sink, this.parts.lease.holder);
    } catch (error) {
      telemetry.operationFailed(error);
    }
  }

  /** Polls the queue, never twice at the same time. */
  private dispatch(): Promise<void> {
    const next = this.poll.then(() => this.beginDue());
    this.poll = next.catch(() => undefined);
    return next;
  }

  private async beginDue(): Promise<void> {
    // Another replica may have claimed the same deliveries while this one was frozen.
    const limit = this.parts.lease.isValid ? this.inFlight.reserve(this.allowed()) : 0;
    this.mayHaveMore = true;
    if (limit === 0) return;
    try {
      await this.beginUpTo(limit);
    } finally {
      this.inFlight.cancelReservation();
    }
  }

  private async beginUpTo(limit: number): Promise<void> {
    const { outbox, sink, clock, health, pace } = this.parts;
    const now = clock.now();
    const isProbe = health.isFailing;
    const except = [...this.inFlight.busy, ...this.stuck.names];
    const claim = {
      sink,
      relay: this.parts.lease.holder,
      now,
      until: now + CLAIM_MS,
      limit,
      except,
      isProbe,
    };
    const claimed = await outbox.claim(claim);
    this.mayHaveMore = isProbe || claimed.length === limit;
    // The store answered after the relay had returned its claims: no relay could claim these until they expire.
    if (this.abort.signal.aborted) return this.unclaim();
    pace.take(claimed.length);
    if (isProbe && claimed.length > 0) health.probed();
    // No await between the claim and the start: a stop waits for the deliveries that were started.
    for (const delivery of claimed) this.begin(delivery, claim);
    if (claimed.length === limit) this.scheduleWake(pace.waitMs);
    if (isProbe && claimed.length > 0) await this.publishFailing();
  }

  /** How many deliveries may begin now. */
  private allowed(): number {
    const { health, pace } = this.parts;
    if (health.isFailing) {
      this.scheduleWake(health.untilProbeMs);
      return health.untilProbeMs === 0 && this.inFlight.busy.size === 0 ? 1 : 0;
    }
    const limit = Math.min(this.inFlight.free, pace.allowed);
    if (limit === 0) this.scheduleWake(pace.waitMs);
    return limit;
  }

  /** Wakes the loop sooner than its next poll. */
  private scheduleWake(waitMs: number): void {
    if (waitMs === 0 || this.abort.signal.aborted) return;
    clearTimeout(this.wakeTimer);
    this.wakeTimer = setTimeout(() => {
      this.wake();
    }, waitMs);
  }

  private begin(delivery: Delivery<E>, claim: Claim): void {
    let isDrained = false;
    this.inFlight.begin(
      delivery,
      async (answered) => {
        isDrained = (await this.deliver(delivery, claim, answered)) === 'drained';
      },
      () => {
        // New events are announced by their commit: a claim would find nothing.
        if (this.mayHaveMore || !isDrained) this.wake();
      },
    );
  }

  /** Never rejects. */
  private async deliver(delivery: Delivery<E>, claim: Claim, answered: () => void): Promise<DeliveryOutcome> {
    const { worker, health, telemetry } = this.parts;
    const isHeld = (): boolean => this.isHeld(claim);
    const outcome = await worker.deliver(delivery, this.abort.signal, { isHeld, answered });
    if (outcome === 'stuck') this.stuck.add(delivery.event.conversationId);
    const isAccepted = outcome === 'delivered' || outcome === 'drained';
    if (isAccepted && health.succeeded()) await this.recovered();
    if (outcome === 'failed' && health.failed(delivery.event.conversationId, delivery.attempts === 0)) {
      telemetry.failing(delivery.sink);
      await this.publishFailing();
    }
    return outcome;
  }

  /** Whether the claim still holds (fencing): it may have expired, or the replica that made it may have lost its lease. */
  private isHeld({ relay, until }: Claim): boolean {
    const { lease, clock } = this.parts;
    return lease.isValid && lease.holder === relay && clock.now() < until;
  }

  /** Marks the sink as failing in the store, so that all replicas report the same condition. */
  private async publishFailing(): Promise<void> {
    const { outbox, sink, clock, health, telemetry } = this.parts;
    try {
      await outbox.markFailing(sink, clock.now() + health.validMs);
    } catch (error) {
      telemetry.operationFailed(error);
    }
  }

  /** Makes the postponed deliveries of the sink due, because its receiver is back. */
  private async recovered(): Promise<void> {
    const { outbox, sink, clock, telemetry } = this.parts;
    telemetry.recovered(sink);
    this.mayHaveMore = true;
    try {
      await outbox.release(sink, clock.now());
    } catch (error) {
      telemetry.operationFailed(error);
    }
  }
}
