import { UpstreamUnavailableError } from '../../common/errors/upstream.errors';
import { parsePlatformEvent } from '../platform-events/event-envelope';
import type { NotificationChannel } from '../ports/notification-channel.store';
import type { ConnectionEnd } from '../web-messaging/connection/guest-connection';
import type { NotificationConnection, NotificationConnectionListener } from './notification-connection';
import type { NotificationServices } from './notification-services';

/** The end of a channel's connection that this service did not close by itself. */
export interface ChannelEnd {
  readonly reason: ConnectionEnd['cause'] | 'socket-closing';
  readonly end: ConnectionEnd;
  /** Lifetime of the connection. */
  readonly livedMs: number;
}

export interface LiveChannelListener {
  /** The connection is live at that time, in epoch milliseconds, and the topics are subscribed. */
  onLive(at: number): void;
  /** Called once at most, and not after `close`. */
  onEnded(channel: LiveChannel, end: ChannelEnd): void;
}

/** A channel with its connection. Events go to the queue. */
export class LiveChannel implements NotificationConnectionListener {
  private connection: NotificationConnection | undefined;
  private readonly connectedAt = performance.now();
  private hasEnded = false;
  private isClosed = false;
  private isSocketClosing = false;
  private isSubscribed = false;

  private constructor(
    readonly channel: NotificationChannel,
    private readonly services: NotificationServices,
    private readonly listener: LiveChannelListener,
  ) {}

  /**
   * Connects, and then subscribes to the topics. Rejects with `ChannelGoneError`, with another error of the platform or of
   * storage, or with the reason of the signal; then the connection is closed.
   */
  static async open(
    channel: NotificationChannel,
    topics: () => readonly string[],
    services: NotificationServices,
    listener: LiveChannelListener,
    signal: AbortSignal,
  ): Promise<LiveChannel> {
    const live = new LiveChannel(channel, services, listener);
    try {
      await live.connect(signal);
      await live.subscribe(topics(), signal);
      if (!live.isOpen) throw new UpstreamUnavailableError();
      return live;
    } catch (error) {
      live.close();
      throw error;
    }
  }

  get isOpen(): boolean {
    return !this.hasEnded;
  }

  /** Replaces all subscriptions of the channel. */
  async subscribe(topics: readonly string[], signal: AbortSignal): Promise<void> {
    const { requests, telemetry, clock } = this.services;
    const rejected = await requests.subscribe(this.channel.id, topics, signal);
    telemetry.topicsRejected(rejected);
    this.isSubscribed = true;
    if (this.isOpen) this.listener.onLive(clock.now());
  }

  /** Closes the connection. The channel stays on the platform. */
  close(): void {
    this.isClosed = true;
    this.connection?.close();
  }

  onText(text: string): void {
    const { clock, telemetry, events } = this.services;
    const receivedAt = clock.now();
    if (this.isSubscribed) this.listener.onLive(receivedAt);
    const event = parsePlatformEvent(text, receivedAt);
    telemetry.received(event);
    if (event.kind !== 'ignored') events.add(event, receivedAt);
    else if (event.reason === 'socket-closing') this.leave();
  }

  onEnded(end: ConnectionEnd): void {
    this.hasEnded = true;
    this.services.telemetry.connectionEnded();
    if (this.isClosed) return;
    const reason = this.isSocketClosing ? 'socket-closing' : end.cause;
    this.listener.onEnded(this, { reason, end, livedMs: performance.now() - this.connectedAt });
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const { connections, telemetry } = this.services;
    this.connection = await connections.connect(this.channel.connectUri, this, signal);
    telemetry.connectionOpened();
    if (this.isSocketClosing) this.leave();
  }

  /** Ends a connection that the platform is about to close: about a minute before it does. */
  private leave(): void {
    this.isSocketClosing = true;
    this.connection?.close();
  }
}
