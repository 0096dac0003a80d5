import { Injectable } from '@nestjs/common';
import { Drain } from '../../common/lifecycle/drain';
import { withAnySignal } from '../../common/time/any-signal';
import { pause } from '../../common/time/pause';
import { HeartbeatService } from '../../heartbeat/heartbeat.service';
import { Lease } from '../../replica/ports/lease';
import { type Replica, ReplicaStore } from '../../replica/ports/replica.store';
import type { Session } from '../domain/session';
import { SessionMovingError } from '../domain/session.errors';
import { SessionStore } from '../ports/session.store';

/** Time that a request waits for the new holder of its session. */
const HANDOVER_TIMEOUT_MS = 12_000;
const POLL_INTERVAL_MS = 250;
/** How long the list of live replicas serves requests that this replica can serve itself if the holder has gone. */
const REPLICAS_VALID_MS = 1_000;

/** Finds the replica that holds a session. */
@Injectable()
export class SessionLocator {
  private known: readonly Replica[] = [];
  private readAt = -Infinity;

  constructor(
    private readonly sessions: SessionStore,
    private readonly replicas: ReplicaStore,
    private readonly lease: Lease,
    private readonly heartbeats: HeartbeatService,
    private readonly drain: Drain,
  ) {}

  /**
   * The holder of a session that was read a moment ago. Undefined when it is this replica, or when the session is not active
   * and needs none. Waits while the session changes hands, throws `SessionMovingError` when that
   * takes too long or the caller hangs up.
   */
  async holderOf(found: Session, hungUp: AbortSignal): Promise<Replica | undefined> {
    const { conversationId } = found;
    const givesUpAt = performance.now() + HANDOVER_TIMEOUT_MS;
    for (let session: Session | undefined = found; ; session = await this.sessions.find(conversationId)) {
      if (session?.state !== 'active') return undefined;
      const { holder } = session.snapshot;
      // A session that is being handed over, or was just taken, is still persisted as held by this replica.
      if (holder === this.lease.holder && this.heartbeats.status(conversationId) !== undefined)
        return undefined;
      const replica = holder === this.lease.holder ? undefined : await this.live(holder);
      if (replica !== undefined) return replica;
      if (performance.now() >= givesUpAt) throw new SessionMovingError();
      await this.pause(hungUp);
    }
  }

  /**
   * The holder of an active session, where that is another replica that had a lease within the last second. Waits for
   * nothing.
   */
  async otherHolderOf({ state, snapshot: { holder } }: Session): Promise<Replica | undefined> {
    if (state !== 'active' || holder === this.lease.holder) return undefined;
    const isRecent = performance.now() - this.readAt < REPLICAS_VALID_MS;
    const known = isRecent ? this.known.find(({ id }) => id === holder) : undefined;
    return known ?? this.live(holder);
  }

  /**
   * Waits until holders may have changed. Throws `SessionMovingError` as soon as the caller hangs up, and the drain's reason
   * when the process stops.
   */
  async pause(hungUp: AbortSignal): Promise<void> {
    await withAnySignal([hungUp, this.drain.signal], (signal) =>
      pause(POLL_INTERVAL_MS, signal).catch((error: unknown) => {
        throw hungUp.aborted ? new SessionMovingError({ cause: error }) : error;
      }),
    );
  }

  private async live(holder: string): Promise<Replica | undefined> {
    this.known = await this.replicas.live();
    this.readAt = performance.now();
    return this.known.find(({ id }) => id === holder);
  }
}
