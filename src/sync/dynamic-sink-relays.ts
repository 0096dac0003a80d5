import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CommitSignal } from '../common/commit-signal';
import { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import type { QueuedEvent } from './domain/delivery';
import { DynamicSinks } from './ports/dynamic-sinks';
import { SharedPlaces } from './shared-places';
import { RELAY_THROTTLE_MS, STOP_GRACE_MS, type SinkRelay } from './sink-relay';
import { SinkRelayFactory } from './sink-relay-factory';

const PAUSE_MS = 500;
/**
 * Bound for the relays at a time, those of failing receivers included; further sinks wait until a relay has been idle. A
 * relay costs a few kilobytes.
 */
const MAX_RELAYS = 10_000;
/** Deliveries in flight to all receivers of this process that are not prompt. */
const PLACES = { unknown: 256, slow: 256 };
/** A relay that has had nothing to do for this long is stopped. */
const IDLE_MS = 60_000;

/** A relay, and the time at which its sink last had deliveries that were due. */
interface Member {
  readonly relay: SinkRelay<QueuedEvent>;
  dueAt: number;
  stopped?: Promise<void>;
}

/**
 * Gives each dynamic sink with deliveries that are due a relay of its own. Sinks do not affect each other: a relay has its
 * own places, pace and condition, and of the deliveries to receivers that are not prompt there is a bound for all together.
 */
@Injectable()
export class DynamicSinkRelays implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly places = new SharedPlaces(PLACES);
  private readonly members = new Map<string, Member>();
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.dispatch(),
    (error) => {
      this.sinks.telemetry.operationFailed(error);
    },
    RELAY_THROTTLE_MS,
  );

  constructor(
    private readonly sinks: DynamicSinks,
    private readonly factory: SinkRelayFactory,
    private readonly commits: CommitSignal,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
    this.commits.subscribe('webhooks', () => {
      this.loop.wake();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    await Promise.all([...this.members].map(([name, member]) => this.stop(name, member)));
  }

  private async dispatch(): Promise<void> {
    const now = this.clock.now();
    for (const name of await this.sinks.due(now, MAX_RELAYS)) this.wake(name, now);
    this.stopIdle(now);
  }

  private wake(name: string, now: number): void {
    const member = this.members.get(name) ?? this.begin(name, now);
    // One that stops is succeeded by another one: two relays of a sink would deliver events of one conversation at a time.
    if (member === undefined || member.stopped !== undefined) return;
    member.dueAt = now;
    member.relay.wake();
  }

  private begin(name: string, now: number): Member | undefined {
    if (this.members.size >= MAX_RELAYS) return undefined;
    const member = { relay: this.factory.createFor(this.sinks, name, this.places), dueAt: now };
    this.members.set(name, member);
    member.relay.start();
    return member;
  }

  /** Does not wait: other sinks may be due meanwhile. */
  private stopIdle(now: number): void {
    for (const [name, member] of this.members) {
      if (member.relay.isIdle && now - member.dueAt >= IDLE_MS) void this.stop(name, member);
    }
  }

  /** Once; never rejects. */
  private stop(name: string, member: Member): Promise<void> {
    member.stopped ??= member.relay.stop(STOP_GRACE_MS).finally(() => this.members.delete(name));
    return member.stopped;
  }
}
