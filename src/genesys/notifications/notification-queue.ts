import { Injectable } from '@nestjs/common';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
import { type ConversationEvent, NotificationListener } from './notification-listener';
import { NotificationsTelemetry } from './notifications.telemetry';

export const MAX_QUEUED = 1_000;
/** Time for a listener to finish when the process stops. */
const STOP_TIMEOUT_MS = 2_000;

interface QueuedEvent {
  readonly event: ConversationEvent;
  readonly receivedAt: number;
}

type Item = QueuedEvent | { readonly gapSince: number };

/**
 * Hands events and gaps to the listener, one after another in their order. Beyond 1,000 waiting events it drops the new
 * ones, and reports a gap behind the last one that was kept. Of several gaps that wait the listener gets the first, which
 * covers the later ones.
 */
@Injectable()
export class NotificationQueue {
  private readonly items: Item[] = [];
  /** The time of the first event that was dropped since the queue was empty. */
  private droppedSince: number | undefined;
  /** The item that the listener has at present. */
  private current: Item | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly listener: NotificationListener,
    private readonly telemetry: NotificationsTelemetry,
  ) {}

  /**
   * The time of the oldest event or gap that is not processed yet, in epoch milliseconds; undefined if there is none: it
   * would be lost with this process.
   */
  get oldest(): number | undefined {
    const items = this.current === undefined ? this.items : [this.current, ...this.items];
    const times = items.map((item) => ('event' in item ? item.receivedAt : item.gapSince));
    if (this.droppedSince !== undefined) times.push(this.droppedSince);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  add(event: ConversationEvent, receivedAt: number): void {
    if (this.items.length < MAX_QUEUED) {
      this.push({ event, receivedAt });
      return;
    }
    this.droppedSince ??= receivedAt;
    this.telemetry.dropped();
  }

  /** `since` is in epoch milliseconds. */
  addGap(since: number): void {
    this.telemetry.gap();
    const waiting = this.items.some((item) => 'gapSince' in item && item.gapSince <= since);
    if (!waiting) this.push({ gapSince: since });
  }

  /** Drops what waits, and waits two seconds at most for the call in progress. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.items.length = 0;
    this.droppedSince = undefined;
    const { running } = this;
    if (running === undefined) return;
    await withDeadline(
      STOP_TIMEOUT_MS,
      new AbortController().signal,
      (signal) => abortable(running, signal),
      (error) => {
        this.telemetry.listenerFailed(error);
        return error;
      },
    ).catch(() => undefined);
  }

  private push(item: Item): void {
    if (this.isStopped) return;
    this.items.push(item);
    this.running ??= this.run();
  }

  private async run(): Promise<void> {
    for (let item = this.next(); item !== undefined; item = this.next()) await this.deliver(item);
    this.running = undefined;
  }

  private next(): Item | undefined {
    const item = this.items.shift();
    if (item !== undefined || this.droppedSince === undefined) return item;
    const gapSince = this.droppedSince;
    this.droppedSince = undefined;
    this.telemetry.gap();
    return { gapSince };
  }

  private async deliver(item: Item): Promise<void> {
    this.current = item;
    try {
      if ('event' in item) await this.listener.onEvent(item.event, item.receivedAt);
      else await this.listener.onGap(item.gapSince);
    } catch (error) {
      this.telemetry.listenerFailed(error);
    } finally {
      this.current = undefined;
    }
  }
}
