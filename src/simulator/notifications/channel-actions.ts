import { TimerSet } from '../server/timer-set';
import { ChannelConnection } from './channel-connection';
import { ChannelRegistry } from './channel-registry';
import { NotificationChannel } from './notification-channel';

const CLOSING = {
  topicName: 'v2.system.socket_closing',
  eventBody: { message: 'The socket is about to close.' },
};
const CLOSING_NOTICE_MS = 60_000;
const GOING_AWAY = 1001;
const BROKEN = 1006;

/**
 * Acts of the platform and of the network on channels and their sockets. Each act is immediate and returns the number
 * of sockets or channels that it concerned. Without an id an act concerns all of them.
 */
export class ChannelActions {
  private timers = new TimerSet();
  private cutter: NodeJS.Timeout | undefined;

  constructor(private readonly channels: ChannelRegistry) {}

  /** Closes sockets with this code; 1006, the default, breaks them. */
  cut(id?: string, code = BROKEN): number {
    return this.onConnections(id, (connection) => {
      connection.close(code);
    });
  }

  /** Breaks all sockets again and again; 0 stops that. */
  cutEvery(ms: number): void {
    clearInterval(this.cutter);
    this.cutter = undefined;
    if (ms <= 0) return;
    this.cutter = setInterval(() => {
      this.cut();
    }, ms);
  }

  /** Makes sockets silent: they stay open and send nothing, not even heartbeats. */
  silence(id?: string): number {
    return this.onConnections(id, (connection) => {
      connection.silence();
    });
  }

  /** Announces the planned close of sockets, and closes those that are still open after the notice. */
  announceClosing(noticeMs = CLOSING_NOTICE_MS, id?: string): number {
    return this.onConnections(id, (connection) => {
      connection.send(CLOSING);
      this.timers.after(noticeMs, () => {
        connection.close(GOING_AWAY);
      });
    });
  }

  /** Removes channels, as a newer one of the OAuth client does. */
  evict(id?: string): number {
    return this.onChannels(id, (channel) => {
      this.channels.evict(channel);
    });
  }

  /** Ends the life of channels before its time. */
  expire(id?: string): number {
    return this.onChannels(id, (channel) => {
      this.channels.expire(channel);
    });
  }

  /** Stops cutting and takes back the announced closes. */
  reset(): void {
    this.close();
    this.timers = new TimerSet();
  }

  close(): void {
    this.cutEvery(0);
    this.timers.clear();
  }

  private onConnections(id: string | undefined, act: (connection: ChannelConnection) => void): number {
    const connections = this.select(id)
      .map(({ connection }) => connection)
      .filter((connection) => connection !== undefined);
    connections.forEach(act);
    return connections.length;
  }

  private onChannels(id: string | undefined, act: (channel: NotificationChannel) => void): number {
    const channels = this.select(id);
    channels.forEach(act);
    return channels.length;
  }

  private select(id: string | undefined): NotificationChannel[] {
    return [...this.channels].filter((channel) => id === undefined || channel.id === id);
  }
}
