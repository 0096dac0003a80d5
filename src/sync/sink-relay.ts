import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import { RestingNames } from '../common/poison/resting-names';
import type { DeliveryWorker } from './delivery-worker';
import type { DeliveryPace } from './delivery-pace';
import type { Delivery } from './domain/delivery';
import type { Lease } from '../replica/ports/lease';
import type { Claim, OutboxStore } from './ports/outbox.store';
import type { ReceiverHealth } from './receiver-health';
import { InFlightDeliveries } from './in-flight-deliveries';
import type { SyncTelemetry } from './sync.telemetry';

const PAUSE_MS = 500;
const IN_FLIGHT = 64;
/** Longer than an attempt may take; what a killed process had in hand is handed out again after this. */
const CLAIM_MS = 20_000;
/** Rest of a lane whose head can neither be settled nor buried, and the number of such lanes remembered. */
const STUCK_MS = 3_600_000;
const MAX_STUCK = 1_000;

/** Collaborators of the relay of one sink. */
export interface SinkRelayDependencies {
  readonly sink: string;
  readonly outbox: OutboxStore;
  readonly worker: DeliveryWorker;
  readonly health: ReceiverHealth;
  readonly pace: DeliveryPace;
  readonly clock: Clock;
  readonly telemetry: SyncTelemetry;
  readonly lease: Lease;
}

/**
 * Carries the events of one sink: claims the heads of its lanes as they fall due, as many as there is room for and
 * the pace allows, and has the worker deliver each. While the receiver is failing it sends one at a time, as a probe.
 * What is in flight at a crash is handed over again.
 */
export class SinkRelay {
  private readonly inFlight = new InFlightDeliveries(IN_FLIGHT);
  private readonly abort = new AbortController();
  private readonly stuck = new RestingNames(STUCK_MS, MAX_STUCK);
  private look: Promise<void> = Promise.resolve();
  private comingBack: NodeJS.Timeout | undefined;
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.dispatch(),
    (error) => {
      this.parts.telemetry.troubled(error);
    },
  );

  constructor(private readonly parts: SinkRelayDependencies) {
    setMaxListeners(0, this.abort.signal);
  }

  get sink(): string {
    return this.parts.sink;
  }

  /** Whether the receiver fails as a whole, as this process has found. */
  get isFailing(): boolean {
    return this.parts.health.isFailing;
  }

  start(): void {
    this.loop.start();
  }

  /** There may be something to deliver. */
  wake(): void {
    this.loop.wake();
  }

  /** An operator has resumed the sink: whether its receiver still fails is found out at once. */
  resumed(): void {
    this.parts.health.probeNow();
    this.wake();
  }

  /** Delivers what is due for up to `graceMs`, then stops, aborts what is still in flight and gives it back. */
  async stop(graceMs: number): Promise<void> {
    const over = new AbortController();
    await Promise.race([
      this.untilIdle(over.signal),
      delay(graceMs, undefined, { signal: over.signal }).catch(() => undefined),
    ]);
    over.abort();
    await this.loop.stop();
    this.abort.abort();
    clearTimeout(this.comingBack);
    await this.inFlight.settled();
    await this.unclaim();
  }

  private async untilIdle(signal: AbortSignal): Promise<void> {
    const { outbox, sink, clock, pace, telemetry } = this.parts;
    try {
      do {
        await this.dispatch();
        await this.inFlight.settled();
        await delay(pace.waitMs, undefined, { signal }).catch(() => undefined);
      } while (this.goesOn(signal) && (await outbox.isDue(sink, clock.now())));
    } catch (error) {
      // Asking again at once would storm a database in trouble; what is in flight may still end.
      telemetry.troubled(error);
      await this.inFlight.settled();
    }
  }

  /** A stuck lane stays due: waiting for it would have no end. */
  private goesOn(signal: AbortSignal): boolean {
    return !signal.aborted && !this.parts.health.isFailing && this.stuck.names.length === 0;
  }

  /** A claim that cannot be given back is over by itself a little later. */
  private async unclaim(): Promise<void> {
    const { outbox, sink, telemetry } = this.parts;
    try {
      await outbox.unclaim(sink, this.parts.lease.holder);
    } catch (error) {
      telemetry.troubled(error);
    }
  }

  /** One look at the queue at a time. */
  private dispatch(): Promise<void> {
    const next = this.look.then(() => this.beginDue());
    this.look = next.catch(() => undefined);
    return next;
  }

  private async beginDue(): Promise<void> {
    // What was claimed before this replica was frozen may be in other hands.
    const limit = this.parts.lease.isValid ? this.allowed() : 0;
    if (limit === 0) return;
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
    // Handed out after the relay gave back what it had: nobody would begin with it until the claim is over.
    if (this.abort.signal.aborted) return this.unclaim();
    pace.take(claimed.length);
    if (isProbe && claimed.length > 0) health.probed();
    // Nothing is waited for between the claim and the lanes: a stop settles what is in them.
    for (const delivery of claimed) this.begin(delivery, claim);
    if (claimed.length === limit) this.comeBack(pace.waitMs);
    if (isProbe && claimed.length > 0) await this.tellFailing();
  }

  /** How many deliveries may begin now. */
  private allowed(): number {
    const { health, pace } = this.parts;
    if (health.isFailing) {
      this.comeBack(health.untilProbeMs);
      return health.untilProbeMs === 0 && this.inFlight.busy.size === 0 ? 1 : 0;
    }
    const limit = Math.min(this.inFlight.free, pace.allowed);
    if (limit === 0) this.comeBack(pace.waitMs);
    return limit;
  }

  /** Sooner than the next look would be. */
  private comeBack(waitMs: number): void {
    if (waitMs === 0 || this.abort.signal.aborted) return;
    clearTimeout(this.comingBack);
    this.comingBack = setTimeout(() => {
      this.wake();
    }, waitMs);
  }

  private begin(delivery: Delivery, claim: Claim): void {
    this.inFlight.begin(
      delivery,
      () => this.carry(delivery, claim),
      () => {
        this.wake();
      },
    );
  }

  /** Never rejects. */
  private async carry(delivery: Delivery, claim: Claim): Promise<void> {
    const { worker, health, telemetry } = this.parts;
    const outcome = await worker.deliver(delivery, this.abort.signal, () => this.isHeld(claim));
    if (outcome === 'stuck') this.stuck.add(delivery.event.conversationId);
    if (outcome === 'delivered' && health.succeeded()) await this.recovered();
    if (outcome === 'failed' && health.failed(delivery.event.conversationId, delivery.attempts === 0)) {
      telemetry.failing(delivery.sink);
      await this.tellFailing();
    }
  }

  /** Whether no other relay can have what was claimed: the claim may be over, or the replica that made it be taken for dead. */
  private isHeld({ relay, until }: Claim): boolean {
    const { lease, clock } = this.parts;
    return lease.isValid && lease.holder === relay && clock.now() < until;
  }

  /** Every replica says the same of the receiver. */
  private async tellFailing(): Promise<void> {
    const { outbox, sink, clock, health, telemetry } = this.parts;
    try {
      await outbox.markFailing(sink, clock.now() + health.validMs);
    } catch (error) {
      telemetry.troubled(error);
    }
  }

  /** The receiver is back: whatever waits because it was away is due now. */
  private async recovered(): Promise<void> {
    const { outbox, sink, clock, telemetry } = this.parts;
    telemetry.recovered(sink);
    try {
      await outbox.release(sink, clock.now());
    } catch (error) {
      telemetry.troubled(error);
    }
  }
}
