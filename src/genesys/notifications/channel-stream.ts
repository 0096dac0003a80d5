import { withAnySignal } from '../../common/time/any-signal';
import { sleep } from '../../common/time/sleep';
import type { NotificationChannel } from '../ports/notification-channel.store';
import { ReconnectBackoff } from '../web-messaging/socket/reconnect-backoff';
import { ChannelGoneError } from './channel-gone.errors';
import { type ChannelPool, rollOverAt } from './channel-pool';
import { type ChannelEnd, LiveChannel, type LiveChannelListener } from './live-channel';
import type { NotificationServices } from './notification-services';

/** Longest pause between two looks at the clock, which may be set. */
const LOOK_EVERY_MS = 60_000;

/**
 * Keeps one channel connected and subscribed to its topics, for as long as it runs.
 *
 *   no channel ── taken from the pool ──▶ channel ── connected, subscribed ──▶ live ── connection ended ──▶ channel
 *       ▲                                    └────── gone on the platform ──────┴───────────┐
 *       └───────────────────────────────────────────────────────────────────────────────────┘
 *
 * A channel whose lifetime is nearly over is replaced: with a spare slot the new one is live before the old one is closed,
 * otherwise after it. Each time without a live channel ends with a gap in the queue of events.
 */
export class ChannelStream implements LiveChannelListener {
  private readonly stopping = new AbortController();
  private backoff = new ReconnectBackoff();
  private channel: NotificationChannel | undefined;
  private live: LiveChannel | undefined;
  private running: Promise<void> = Promise.resolve();
  private waker = new AbortController();
  private isOutdated = false;
  private waitMs = 0;

  /** `liveAt` is the time since which events may be missing, in epoch milliseconds; 0 if there never were any. */
  constructor(
    private readonly services: NotificationServices,
    private readonly pool: ChannelPool,
    private readonly topics: () => readonly string[],
    private liveAt: number,
  ) {}

  /** The latest time until which no events are missing but those of reported gaps, in epoch milliseconds. */
  get completeUntil(): number {
    return this.liveAt;
  }

  start(): void {
    this.running = this.run(this.stopping.signal);
  }

  /** Subscribes again, as soon as the channel is live. */
  topicsChanged(): void {
    this.isOutdated = true;
    this.waker.abort();
  }

  /** Closes the connection at once; resolves when nothing is in progress any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.live?.close();
    await this.running;
    if (this.channel !== undefined) this.pool.release(this.channel);
  }

  onLive(at: number): void {
    // A first subscription moves the time once its gap is reported.
    if (this.live?.isOpen === true) this.liveAt = at;
  }

  onEnded(ended: LiveChannel, { reason, end, livedMs }: ChannelEnd): void {
    // The end of a connection that is not live yet is an error of its opening.
    if (ended !== this.live) return;
    this.backoff.afterEnd(end, livedMs);
    this.waitMs = this.backoff.waitMs;
    this.services.telemetry.reconnecting(reason, this.waitMs);
    this.waker.abort();
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.pause(signal);
        await this.step(signal);
      } catch (error) {
        this.failed(error, signal);
      }
    }
    this.live?.close();
  }

  private async pause(signal: AbortSignal): Promise<void> {
    if (this.waitMs > 0) await sleep(this.waitMs, signal);
    this.waitMs = 0;
    signal.throwIfAborted();
  }

  private async step(signal: AbortSignal): Promise<void> {
    const { live } = this;
    if (live?.isOpen !== true) await this.connect(signal);
    else if (this.isOutdated) await this.subscribe(live, signal);
    else if (this.services.clock.now() >= rollOverAt(live.channel)) await this.rollOver(live, signal);
    else await this.nextChange(live, signal);
  }

  private async connect(signal: AbortSignal): Promise<void> {
    this.channel ??= await this.pool.take(signal);
    this.live = await this.opened(this.channel, signal);
    this.reportGap();
  }

  private async subscribe(live: LiveChannel, signal: AbortSignal): Promise<void> {
    try {
      await live.subscribe(this.currentTopics(), signal);
      this.backoff = new ReconnectBackoff();
    } catch (error) {
      this.isOutdated = true;
      if (error instanceof ChannelGoneError) {
        live.close();
        await this.drop(live.channel);
      }
      throw error;
    }
  }

  private async rollOver(old: LiveChannel, signal: AbortSignal): Promise<void> {
    if (this.pool.hasSpare) {
      await this.pool.rollOvers.run(() => this.replace(old, signal), signal);
    } else {
      old.close();
      await this.drop(old.channel);
    }
    this.services.telemetry.reconnecting('roll-over', 0);
    this.backoff = new ReconnectBackoff();
    this.waitMs = 0;
  }

  /** Opens a new channel before the old one is closed. Events that both receive are handed over twice. */
  private async replace(old: LiveChannel, signal: AbortSignal): Promise<void> {
    const channel = await this.pool.take(signal);
    let next: LiveChannel;
    try {
      next = await this.opened(channel, signal);
    } catch (error) {
      this.pool.release(channel);
      throw error;
    }
    const isCovered = old.isOpen;
    this.live = next;
    this.channel = channel;
    old.close();
    if (!isCovered) this.reportGap();
    await this.pool.discard(old.channel);
  }

  private async opened(channel: NotificationChannel, signal: AbortSignal): Promise<LiveChannel> {
    try {
      return await LiveChannel.open(channel, () => this.currentTopics(), this.services, this, signal);
    } catch (error) {
      if (error instanceof ChannelGoneError) await this.drop(channel);
      throw error;
    }
  }

  private currentTopics(): readonly string[] {
    this.isOutdated = false;
    return this.topics();
  }

  private async drop(channel: NotificationChannel): Promise<void> {
    if (this.channel === channel) this.channel = undefined;
    await this.pool.discard(channel);
  }

  private reportGap(): void {
    this.services.events.addGap(this.liveAt);
    this.liveAt = this.services.clock.now();
  }

  /** Waits until the connection ends, the topics change, or it is time for a new channel. */
  private async nextChange({ channel }: LiveChannel, signal: AbortSignal): Promise<void> {
    const dueInMs = Math.max(0, rollOverAt(channel) - this.services.clock.now());
    this.waker = new AbortController();
    await withAnySignal([signal, this.waker.signal], (any) => sleep(Math.min(dueInMs, LOOK_EVERY_MS), any));
  }

  private failed(error: unknown, signal: AbortSignal): void {
    // The work of a stream that stops is aborted.
    if (signal.aborted) return;
    this.backoff.afterFailure(error);
    this.waitMs = this.backoff.waitMs;
    const reason = error instanceof ChannelGoneError ? 'gone' : 'failed';
    this.services.telemetry.failed(reason, error, this.waitMs);
  }
}
