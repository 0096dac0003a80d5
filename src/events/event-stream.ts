import type { Caller } from '../access/domain/caller';
import type { AuditFact } from '../audit/domain/audit-record';
import type { FeedEvent } from './domain/feed-event';
import type { EphemeralEvent } from './domain/stream-event';
import type { StreamEnd } from './domain/stream-end';
import type { StreamFilter } from './domain/stream-filter';
import { frameOf, markFrame, ephemeralFrameOf, PING, resetFrame, retryFrame } from './event-frames';
import type { TailListener } from './event-tail';
import type { Outlet } from './outlet';
import type { StreamSources } from './stream-sources';

const PING_MS = 15_000;
/** Twice in the time within which a stream ends whose credential is good no longer. */
const CHECK_MS = 30_000;
/** What a client may leave untaken. */
const MAX_WAITING_BYTES = 256 * 1024;
/** From here on what is told again waits for the client, for as long as this. */
const PACE_BYTES = 64 * 1024;
const PATIENCE_MS = 30_000;
const BATCH = 100;
/** What may happen while a stream catches up; with more it begins to catch up anew. */
const MAX_PENDING = 1_000;

/**
 * The beginning of a stream: events from `now` on, after the last event that the client has (`resumed`), or from
 * now on although the client has asked for more than there is (`reset`).
 */
export type StreamStart = 'now' | 'resumed' | 'reset';

/** The task of a stream. */
export interface StreamPlan {
  /** The caller that the stream counts for. */
  readonly caller: Caller;
  readonly wish: StreamFilter;
  /** What comes after it is told. */
  readonly from: number;
  readonly start: StreamStart;
  /** The end of the feed, looked at before anything else was. */
  readonly latest: number;
  /** The session has ended before: what there is of it is told, and then the stream ends. */
  readonly isOver: boolean;
  /** To be recorded first, when the stream tells messages of other callers' guests. */
  readonly reading?: AuditFact;
  /** Whether the caller may still listen. */
  readonly isAllowed: () => Promise<boolean>;
}

/**
 * Tells one client what it has asked for, each event once and in the order of the feed:
 *
 *   catching up ── has all that the tail has passed ──▶ live ── any reason to end ──▶ ended
 *
 * Events that happen while it catches up are queued. A client with more than 256 kB unread is disconnected. Frames
 * without an event come at the same moments whatever happens in sessions that are not its concern. A stream that has
 * ended joins nothing: its client may have hung up before it begins.
 */
export class EventStream implements TailListener {
  private position: number;
  private pending: FeedEvent[] = [];
  private isLive = false;
  private hasMissed = false;
  private hasEnded = false;
  private timers: NodeJS.Timeout[] = [];

  /** `onEnd` is told once. */
  constructor(
    private readonly plan: StreamPlan,
    private readonly sources: StreamSources,
    private readonly outlet: Outlet,
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
      if (this.plan.isOver) await this.tellAllThereIs();
      else await this.catchUp();
    } catch (error) {
      this.end('failed', error);
    }
  }

  /** An event from the tail. */
  offer(event: FeedEvent): void {
    if (!this.plan.wish.concerns(event)) return;
    if (this.isLive) this.tell(event);
    else if (this.pending.length < MAX_PENDING) this.pending.push(event);
    else this.hasMissed = true;
  }

  /** Something that is told to who is up to date, and to nobody else. */
  pass(event: EphemeralEvent): void {
    const { wish } = this.plan;
    if (this.isLive && wish.concerns(event) && wish.includes(event)) this.write(ephemeralFrameOf(event));
  }

  /** Doing it twice changes nothing. */
  end(reason: StreamEnd, error?: unknown): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.outlet.write(reason === 'over' ? markFrame(this.id) : retryFrame());
    this.isLive = false;
    this.pending = [];
    this.sources.tail.leave(this);
    for (const timer of this.timers) clearInterval(timer);
    if (reason === 'slow-reader') this.outlet.destroy();
    else this.outlet.end();
    this.onEnd(reason, error);
  }

  private watch(): void {
    const ping = setInterval(() => {
      this.write(PING);
    }, PING_MS);
    const check = setInterval(() => void this.check(), CHECK_MS);
    this.timers = [ping, check];
    this.outlet.onClose(() => {
      this.end('hung-up');
    });
  }

  private async tellAllThereIs(): Promise<void> {
    await this.replay(this.plan.latest);
    this.end('over');
  }

  private async catchUp(): Promise<void> {
    let tail = this.sources.tail.join(this, this.plan.latest);
    while (!this.isLive && !this.hasEnded) {
      this.pending = [];
      this.hasMissed = false;
      await this.replay(tail);
      await this.tellPending();
      tail = this.sources.tail.position;
    }
  }

  /** Tells what the feed has up to a position. */
  private async replay(until: number): Promise<void> {
    const { wish } = this.plan;
    while (this.position < until && !this.hasEnded) {
      const events = await this.sources.feed.after(this.position, BATCH, wish.filter);
      for (const event of events) await this.tellInTime(event);
      // Whatever else there is up to there is of no concern.
      if (events.length < BATCH) this.position = Math.max(this.position, until);
    }
  }

  /** Tells what has waited, and is live from the moment on in which nothing waits. */
  private async tellPending(): Promise<void> {
    while (!this.hasMissed && !this.hasEnded) {
      const event = this.pending.shift();
      if (event === undefined) {
        this.isLive = true;
        if (this.plan.start === 'resumed') this.mark();
        return;
      }
      await this.tellInTime(event);
    }
  }

  private async tellInTime(event: FeedEvent): Promise<void> {
    if (this.hasEnded) return;
    const mustWait = this.outlet.waitingBytes > PACE_BYTES;
    if (mustWait && !(await this.outlet.drained(PATIENCE_MS))) this.end('slow-reader');
    this.tell(event);
  }

  private tell(event: FeedEvent): void {
    if (this.hasEnded || event.position <= this.position) return;
    const { wish, isOver } = this.plan;
    this.position = event.position;
    if (wish.includes(event)) this.write(frameOf(event, this.id));
    if (!isOver && wish.endsWith(event)) this.end('over');
  }

  private reset(): void {
    this.write(resetFrame(this.id, this.sources.clock.now()));
  }

  /** So that a client that comes back need not go through what was of no concern again. */
  private mark(): void {
    this.write(markFrame(this.id));
  }

  private get id(): string {
    return this.sources.ids.seal(this.position);
  }

  private write(text: string): void {
    if (this.hasEnded) return;
    this.outlet.write(text);
    if (this.outlet.waitingBytes > MAX_WAITING_BYTES) this.end('slow-reader');
  }

  private async check(): Promise<void> {
    try {
      if (!(await this.plan.isAllowed())) this.end('credential');
    } catch (error) {
      this.end('failed', error);
    }
  }
}
