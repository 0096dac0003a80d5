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
/** Bound for the relays at a time; further sinks wait until a relay has been idle. */
const MAX_RELAYS = 1_000;
/** Deliveries in flight to all receivers of this process that are not prompt. */
const PLACES = { unknown: 256, slow: 256 };
/** A relay that has had nothing to do for this long is stopped. */
const IDLE_MS = 60_000;

/** A relay, and the time at which its sink last had deliveries that were due. */
interface Member {
  readonly relay: SinkRelay<QueuedEvent>;
  dueAt: number;
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
    await Promise.all([...this.members.values()].map(({ relay }) => relay.stop(STOP_GRACE_MS)));
  }

  private async dispatch(): Promise<void> {
    const now = this.clock.now();
    for (const name of await this.sinks.due(now, MAX_RELAYS)) this.wake(name, now);
    await this.stopIdle(now);
  }

  private wake(name: string, now: number): void {
    const member = this.members.get(name) ?? this.begin(name, now);
    if (member === undefined) return;
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

  private async stopIdle(now: number): Promise<void> {
    for (const [name, { relay, dueAt }] of this.members) {
      if (!relay.isIdle || now - dueAt < IDLE_MS) continue;
      this.members.delete(name);
      await relay.stop(STOP_GRACE_MS);
    }
  }
}
