import type { Caller } from '../access/domain/caller';
import type { AuditFact } from '../audit/domain/audit-record';
import type { FeedEvent } from './domain/feed-event';
import type { EphemeralEvent } from './domain/stream-event';
import type { StreamEnd } from './domain/stream-end';
import type { StreamFilter } from './domain/stream-filter';
import { frameOf, markFrame, ephemeralFrameOf, PING, resetFrame, retryFrame } from './event-frames';
import type { TailListener } from './event-tail';
import type { EventStreamWriter } from './event-stream-writer';
import type { EventStreamDependencies } from './event-stream-dependencies';

const PING_MS = 15_000;
/** Half of the time within which a stream ends after its credential became invalid. */
const CHECK_MS = 30_000;
/** Upper bound of unread bytes of a client. */
const MAX_WAITING_BYTES = 256 * 1024;
/** Unread bytes above which the replay waits for the client, and the time-out of that. */
const PACE_BYTES = 64 * 1024;
const DRAIN_TIMEOUT_MS = 30_000;
const BATCH = 100;
/** Live events that are queued during the replay; with more of them the stream replays again. */
const MAX_PENDING = 1_000;

/**
 * The start of a stream: live events only (`now`), after the last event that the client has (`resumed`), or live events
 * only because the id of the client is not known (`reset`).
 */
export type StreamStart = 'now' | 'resumed' | 'reset';

/** The task of a stream. */
export interface StreamPlan {
  /** The caller that the stream counts for. */
  readonly caller: Caller;
  readonly filter: StreamFilter;
  /** The stream sends the events after this position. */
  readonly from: number;
  readonly start: StreamStart;
  /** The end of the feed, read before the session. */
  readonly latest: number;
  /** The session has ended before: the stream replays its events and ends. */
  readonly isOver: boolean;
  /** To be recorded first, when the stream sends messages of other callers' guests. */
  readonly reading?: AuditFact;
  /** Whether the credential of the caller is still valid. */
  readonly isAllowed: () => Promise<boolean>;
}

/**
 * Sends one client the events of its filter, each once and in the order of the feed:
 *
 *   backfill ── has all events up to the tail ──▶ live ── any reason to end ──▶ ended
 *
 * Events that happen during the backfill are queued. A client with more than 256 kB unread is disconnected. Frames
 * without an event are sent at times that do not depend on sessions outside the filter. A stream that has ended
 * subscribes to no source: its client may have hung up before it begins.
 */
export class EventStream implements TailListener {
  private position: number;
  private pending: FeedEvent[] = [];
  private isLive = false;
  private hasMissed = false;
  private hasEnded = false;
  private timers: NodeJS.Timeout[] = [];

  /** Calls `onEnd` once. */
  constructor(
    private readonly plan: StreamPlan,
    private readonly sources: EventStreamDependencies,
    private readonly writer: EventStreamWriter,
    private readonly onEnd: (reason: StreamEnd, error?: unknown) => void,
  ) {
    this.position = plan.from;
  }

  /** To be called once. Resolves when the stream is live, or has ended. */
  async begin(): Promise<void> {
    this.watch();
    if (this.plan.start === 'reset') this.reset();
    else this.mark();
    if (this.hasEnded) return;
    try {
      if (this.plan.isOver) await this.replayAll();
      else await this.backfill();
    } catch (error) {
      this.end('failed', error);
    }
  }

  /** An event from the tail. */
  offer(event: FeedEvent): void {
    if (!this.plan.filter.concerns(event)) return;
    if (this.isLive) this.send(event);
    else if (this.pending.length < MAX_PENDING) this.pending.push(event);
    else this.hasMissed = true;
  }

  /** An ephemeral event, which is sent on live streams only. */
  pass(event: EphemeralEvent): void {
    const { filter } = this.plan;
    if (this.isLive && filter.concerns(event) && filter.includes(event)) this.write(ephemeralFrameOf(event));
  }

  /** Idempotent. */
  end(reason: StreamEnd, error?: unknown): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.writer.write(reason === 'over' ? markFrame(this.id) : retryFrame());
    this.isLive = false;
    this.pending = [];
    this.sources.tail.unsubscribe(this);
    for (const timer of this.timers) clearInterval(timer);
    if (reason === 'slow-reader') this.writer.destroy();
    else this.writer.end();
    this.onEnd(reason, error);
  }

  private watch(): void {
    const ping = setInterval(() => {
      this.write(PING);
    }, PING_MS);
    const check = setInterval(() => void this.check(), CHECK_MS);
    this.timers = [ping, check];
    this.writer.onClose(() => {
      this.end('hung-up');
    });
  }

  private async replayAll(): Promise<void> {
    await this.replay(this.plan.latest);
    this.end('over');
  }

  private async backfill(): Promise<void> {
    let tail = this.sources.tail.subscribe(this, this.plan.latest);
    while (!this.isLive && !this.hasEnded) {
      this.pending = [];
      this.hasMissed = false;
      await this.replay(tail);
      await this.sendPending();
      tail = this.sources.tail.position;
    }
  }

  /** Sends the events of the feed up to a position. */
  private async replay(until: number): Promise<void> {
    const { filter } = this.plan;
    while (this.position < until && !this.hasEnded) {
      const events = await this.sources.feed.after(this.position, BATCH, filter.filter);
      for (const event of events) await this.sendPaced(event);
      // The other events up to there are outside the filter.
      if (events.length < BATCH) this.position = Math.max(this.position, until);
    }
  }

  /** Sends the queued events; the stream is live as soon as the queue is empty. */
  private async sendPending(): Promise<void> {
    while (!this.hasMissed && !this.hasEnded) {
      const event = this.pending.shift();
      if (event === undefined) {
        this.isLive = true;
        if (this.plan.start === 'resumed') this.mark();
        return;
      }
      await this.sendPaced(event);
    }
  }

  private async sendPaced(event: FeedEvent): Promise<void> {
    if (this.hasEnded) return;
    const mustWait = this.writer.waitingBytes > PACE_BYTES;
    if (mustWait && !(await this.writer.drained(DRAIN_TIMEOUT_MS))) this.end('slow-reader');
    this.send(event);
  }

  private send(event: FeedEvent): void {
    if (this.hasEnded || event.position <= this.position) return;
    const { filter, isOver } = this.plan;
    this.position = event.position;
    if (filter.includes(event)) this.write(frameOf(event, this.id));
    if (!isOver && filter.endsWith(event)) this.end('over');
  }

  private reset(): void {
    this.write(resetFrame(this.id, this.sources.clock.now()));
  }

  /** Saves a client that reconnects a second pass over events outside its filter. */
  private mark(): void {
    this.write(markFrame(this.id));
  }

  private get id(): string {
    return this.sources.ids.encrypt(this.position);
  }

  private write(text: string): void {
    if (this.hasEnded) return;
    this.writer.write(text);
    if (this.writer.waitingBytes > MAX_WAITING_BYTES) this.end('slow-reader');
  }

  private async check(): Promise<void> {
    try {
      if (!(await this.plan.isAllowed())) this.end('credential');
    } catch (error) {
      this.end('failed', error);
    }
  }
}
