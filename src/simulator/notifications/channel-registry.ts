import { ChannelOwner, NotificationChannel } from './notification-channel';
import { NotificationSettings } from './notification-options';

/** Channels of one OAuth client over time; `made` is the sum of the removed and the existing ones. */
export interface ChannelCounts {
  made: number;
  /** Removed in favour of a newer channel. */
  evicted: number;
  expired: number;
  /** Number of sockets so far. */
  connects: number;
}

const EVICTED = 'channel removed';
const EXPIRED = 'channel expired';

/** The live channels of all OAuth clients, each client with the platform's limit. */
export class ChannelRegistry {
  private readonly channels = new Map<string, NotificationChannel>();
  private readonly counts = new Map<string, ChannelCounts>();

  constructor(private readonly settings: NotificationSettings) {}

  get size(): number {
    return this.channels.size;
  }

  [Symbol.iterator](): IterableIterator<NotificationChannel> {
    return this.channels.values();
  }

  /** Beyond the limit it removes the client's least recently used channel, one without a socket first. */
  create(owner: ChannelOwner): NotificationChannel {
    this.sweep();
    const others = this.of(owner.clientId);
    const counts = this.countsOf(owner.clientId);
    const least = leastUsed(others);
    if (others.length >= this.settings.channelsPerClient && least !== undefined) this.evict(least);
    const channel = new NotificationChannel(owner, this.settings.now(), this.settings.channelLifetimeMs);
    this.channels.set(channel.id, channel);
    counts.made += 1;
    return channel;
  }

  /** Finds a channel that has not expired. */
  find(id: string): NotificationChannel | undefined {
    const channel = this.channels.get(id);
    if (channel === undefined || !this.isOverdue(channel)) return channel;
    this.expire(channel);
    return undefined;
  }

  /** Returns a client's channels, from the oldest. */
  of(clientId: string): NotificationChannel[] {
    return [...this.channels.values()].filter(({ owner }) => owner.clientId === clientId);
  }

  subscribersOf(topic: string): NotificationChannel[] {
    return [...this.channels.values()].filter(({ topics }) => topics.has(topic));
  }

  hasSubscribers(topic: string): boolean {
    for (const { topics } of this.channels.values()) if (topics.has(topic)) return true;
    return false;
  }

  /** Notes a use, on which eviction depends. */
  touch(channel: NotificationChannel): void {
    channel.lastUsedAt = this.settings.now();
  }

  /** Starts the lifetime again, as each change of subscriptions does. */
  extend(channel: NotificationChannel): void {
    this.touch(channel);
    channel.expiresAt = this.settings.now() + this.settings.channelLifetimeMs;
  }

  noteConnect({ owner }: NotificationChannel): void {
    this.countsOf(owner.clientId).connects += 1;
  }

  evict(channel: NotificationChannel): void {
    if (this.remove(channel, EVICTED)) this.countsOf(channel.owner.clientId).evicted += 1;
  }

  expire(channel: NotificationChannel): void {
    if (this.remove(channel, EXPIRED)) this.countsOf(channel.owner.clientId).expired += 1;
  }

  /** Removes the channels that are due; a timer does so every second. */
  sweep(): void {
    for (const channel of this.channels.values()) if (this.isOverdue(channel)) this.expire(channel);
  }

  /** Returns the counts by OAuth client, with the channels that exist and those with a socket. */
  describe(): Readonly<Record<string, unknown>> {
    this.sweep();
    const entries = [...this.counts].map(([clientId, counts]) => {
      const channels = this.of(clientId);
      const connected = channels.filter(({ connection }) => connection !== undefined).length;
      return [clientId, { ...counts, existing: channels.length, connected }];
    });
    return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
  }

  /** Removes all channels, breaks their sockets and clears the counts. */
  clear(): void {
    for (const { connection } of this.channels.values()) connection?.close(1006);
    this.channels.clear();
    this.counts.clear();
  }

  private countsOf(clientId: string): ChannelCounts {
    const counts = this.counts.get(clientId) ?? { made: 0, evicted: 0, expired: 0, connects: 0 };
    this.counts.set(clientId, counts);
    return counts;
  }

  private isOverdue({ expiresAt }: NotificationChannel): boolean {
    return this.settings.now() >= expiresAt;
  }

  private remove(channel: NotificationChannel, reason: string): boolean {
    if (!this.channels.delete(channel.id)) return false;
    channel.connection?.close(1000, reason);
    return true;
  }
}

function leastUsed(channels: readonly NotificationChannel[]): NotificationChannel | undefined {
  const unconnected = channels.filter(({ connection }) => connection === undefined);
  const candidates = unconnected.length > 0 ? unconnected : channels;
  // Channels with the same time of use stay in the order of their creation.
  return candidates.toSorted((one, other) => one.lastUsedAt - other.lastUsedAt)[0];
}
