import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { RequestContext } from '../common/logging/request-context';
import { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import { SessionConfig } from '../config/session.config';
import { Lease } from '../replica/ports/lease';
import { SessionStore } from './ports/session.store';
import { SessionEnding } from './session.ending';

const PAUSE_MS = 500;
/** Work begun per sweep and kind; what is left is found by the next one. */
const BATCH = 100;
/** Work in flight at most: a hanging upstream must not pile it up. */
const MAX_IN_FLIGHT = 128;
/** An opening gets this long beyond its own deadline before it counts as abandoned. */
const STALL_MARGIN_MS = 5_000;

/**
 * Does what the clock asks for: ends sessions at their duration limit, retries upstream disconnects that are due,
 * gives up openings that nobody finishes. It finds its work in the store, so a crash loses none of it.
 */
@Injectable()
export class SessionSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionSweeper.name);
  private readonly inFlight = new Map<string, Promise<unknown>>();
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.sweep(),
    (error) => {
      this.log.warn({ message: 'A sweep over the sessions failed and is repeated', error });
    },
  );

  constructor(
    private readonly sessions: SessionStore,
    private readonly ending: SessionEnding,
    private readonly clock: Clock,
    private readonly config: SessionConfig,
    private readonly lease: Lease,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.inFlight.values());
  }

  private async sweep(): Promise<void> {
    // What others hold is theirs to end.
    const { holder, isTrusted } = this.lease;
    if (!isTrusted) return;
    const now = this.clock.now();
    for (const session of await this.sessions.findExpired(now, BATCH, holder)) {
      this.begin(session.conversationId, () => this.ending.end(session.conversationId, 'duration-limit'));
    }
    for (const session of await this.sessions.findDisconnectsDue(now, BATCH, holder)) {
      this.begin(session.conversationId, () => this.ending.retry(session));
    }
    const stalledSince = now - this.config.openDeadlineMs - STALL_MARGIN_MS;
    for (const session of await this.sessions.findStalled(stalledSince, BATCH, holder)) {
      this.begin(session.conversationId, () => this.ending.interrupt(session.conversationId));
    }
  }

  /** Starts work on a session unless some is in flight; the sweep itself waits for none of it. */
  private begin(conversationId: string, work: () => Promise<unknown>): void {
    if (this.inFlight.has(conversationId) || this.inFlight.size >= MAX_IN_FLIGHT) return;
    const guarded = RequestContext.beginTrace(work)
      .catch((error: unknown) => {
        this.log.warn({ message: 'Work on a session failed and is repeated', conversationId, error });
      })
      .finally(() => this.inFlight.delete(conversationId));
    this.inFlight.set(conversationId, guarded);
  }
}
