import type { DetailEvent, SnapshotEvent } from '../platform-events/event-envelope';

/** An event about a conversation. */
export type ConversationEvent = DetailEvent | SnapshotEvent;

/**
 * Listener of the notification channels, on the replica that owns them. Calls come one after another: the next one waits for
 * the promise of the previous one, in a queue of 1,000 events. An error is logged and counted, and the call not repeated.
 *
 * Delivery is neither complete nor free of repetitions: the platform replays nothing that it sent while no connection was
 * there, which `onGap` reports, and two connections overlap at the change to a new channel.
 */
export abstract class NotificationListener {
  /** `receivedAt` is in epoch milliseconds. */
  abstract onEvent(event: ConversationEvent, receivedAt: number): void | Promise<void>;

  /**
   * Events of any conversation may be missing since that time, in epoch milliseconds; 0 if there never was a connection. It
   * is called when the connection is there again and subscribed. An implementation that takes long starts its work and
   * returns, since events wait behind it.
   */
  abstract onGap(since: number): void | Promise<void>;
}
