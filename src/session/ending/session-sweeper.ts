import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { RequestContext } from '../../common/logging/request-context';
import { isTransient } from '../../common/poison/is-transient';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import { ExpiringSet } from '../../common/poison/expiring-set';
import { Clock } from '../../common/time/clock';
import { Loop } from '../../common/time/loop';
import { SessionConfig } from '../../config/session.config';
import { Lease } from '../../replica/ports/lease';
import type { Session } from '../domain/session';
import { SessionStore } from '../ports/session.store';
import { SessionEnding } from './session-ending';

const PAUSE_MS = 500;
/** Work started per sweep and kind; the next sweep finds the rest. */
const BATCH = 100;
/** Work in flight at most: a hanging upstream must not pile it up. */
const MAX_IN_FLIGHT = 128;
/** An opening gets this long beyond its own deadline before it counts as abandoned. */
const STALL_MARGIN_MS = 5_000;
/** Pause of a session after a permanent failure, and the number of such sessions remembered. */
const REST_MS = 600_000;
const MAX_RESTING = 1_000;

/**
 * Ends sessions at their duration limit, retries upstream disconnects that are due and interrupts openings that were
 * abandoned. It finds its work in the store, so that a crash loses none of it. After a permanent failure, a session is
 * skipped for ten minutes, so that it does not block the work behind it.
 */
@Injectable()
export class SessionSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionSweeper.name);
  private readonly resting = new ExpiringSet(REST_MS, MAX_RESTING);
  private readonly inFlight = new Map<string, Promise<unknown>>();
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.sweep(),
    (error) => {
      this.log.warn({ message: 'Session sweep failed; repeated', error });
    },
  );

  constructor(
    private readonly sessions: SessionStore,
    private readonly ending: SessionEnding,
    private readonly clock: Clock,
    private readonly config: SessionConfig,
    private readonly lease: Lease,
    private readonly poison: PoisonMessageReporter,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.inFlight.values());
  }

  private async sweep(): Promise<void> {
    // Sessions of other replicas are ended by those.
    const { holder, isValid } = this.lease;
    if (!isValid) return;
    const now = this.clock.now();
    // The queries return skipped sessions as well, which must leave room for the others.
    const limit = BATCH + this.resting.names.length;
    const stalledSince = now - this.config.openDeadlineMs - STALL_MARGIN_MS;
    this.beginAll(await this.sessions.findExpired(now, limit, holder), ({ conversationId }) =>
      this.ending.expire(conversationId),
    );
    this.beginAll(await this.sessions.findDisconnectsDue(now, limit, holder), (session) =>
      this.ending.retry(session),
    );
    this.beginAll(await this.sessions.findStalled(stalledSince, limit, holder), ({ conversationId }) =>
      this.ending.interrupt(conversationId),
    );
  }

  private beginAll(sessions: readonly Session[], work: (session: Session) => Promise<unknown>): void {
    const awake = sessions.filter(({ conversationId }) => !this.resting.has(conversationId));
    for (const session of awake.slice(0, BATCH)) this.begin(session.conversationId, () => work(session));
  }

  /** Starts work on a session unless some is in flight; the sweep itself waits for none of it. */
  private begin(conversationId: string, work: () => Promise<unknown>): void {
    if (this.inFlight.has(conversationId) || this.inFlight.size >= MAX_IN_FLIGHT) return;
    const guarded = RequestContext.beginTrace(work)
      .catch((error: unknown) => {
        this.failed(conversationId, error);
      })
      .finally(() => this.inFlight.delete(conversationId));
    this.inFlight.set(conversationId, guarded);
  }

  private failed(conversationId: string, error: unknown): void {
    if (isTransient(error)) {
      this.log.warn({ message: 'Session work failed; repeated', conversationId, error });
      return;
    }
    this.resting.add(conversationId);
    this.poison.report('sessions', conversationId, error, conversationId);
  }
}
