import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import type { Clock } from '../../common/time/clock';
import { type NotificationChannel, NotificationChannelStore } from '../ports/notification-channel.store';
import { Mutex } from '../web-messaging/pacing/mutex';
import type { NewChannel, NotificationRequests } from './notification-requests';

/** Share of a channel's lifetime after which a new one takes its place: 22 of 24 hours. */
const ROLL_OVER_SHARE = 11 / 12;

/** The time from which a new channel takes the place of this one, in epoch milliseconds. */
export function rollOverAt({ createdAt, expiresAt }: NotificationChannel): number {
  return createdAt + (expiresAt - createdAt) * ROLL_OVER_SHARE;
}

/**
 * The channels that this service has, at most `size`. It gives out a stored channel before it makes one, and stores each one
 * that it makes: channels cannot be removed from the platform, and it keeps only 20 of an OAuth client.
 */
export class ChannelPool {
  /** Serializes the changes to new channels, which share one spare slot. */
  readonly rollOvers = new Mutex();
  private channels: readonly NotificationChannel[] = [];
  private readonly slotsInUse = new Set<number>();
  /** Channels that were made and not stored: the next ones to be given out. */
  private readonly unsaved: NewChannel[] = [];

  constructor(
    private readonly owner: string,
    private readonly size: number,
    private readonly store: NotificationChannelStore,
    private readonly requests: NotificationRequests,
    private readonly clock: Clock,
  ) {}

  /** Whether there may be two channels for the same topics for a moment. */
  get hasSpare(): boolean {
    return this.size > 1;
  }

  /** Reads the stored channels. Call it once, before any other method. */
  async load(): Promise<void> {
    const stored = await this.store.channels();
    const now = this.clock.now();
    this.channels = stored.filter(({ slot, expiresAt }) => slot < this.size && expiresAt > now);
    for (const { slot } of stored.filter((channel) => !this.channels.includes(channel)))
      await this.store.remove(this.owner, slot);
  }

  /** Gives out the youngest stored channel that is not in use and not due for a change, or else makes one. */
  async take(signal: AbortSignal): Promise<NotificationChannel> {
    const stored = this.youngestUnused();
    const slot = stored?.slot ?? this.freeSlot();
    this.slotsInUse.add(slot);
    if (stored !== undefined) return stored;
    try {
      return await this.make(slot, signal);
    } catch (error) {
      this.slotsInUse.delete(slot);
      throw error;
    }
  }

  /** Takes a channel back, for another use. */
  release({ slot }: NotificationChannel): void {
    this.slotsInUse.delete(slot);
  }

  /** Deletes a channel that is not used again. */
  async discard(channel: NotificationChannel): Promise<void> {
    this.channels = this.channels.filter((each) => each !== channel);
    try {
      await this.store.remove(this.owner, channel.slot);
    } finally {
      this.release(channel);
    }
  }

  private youngestUnused(): NotificationChannel | undefined {
    const now = this.clock.now();
    return this.channels
      .filter((channel) => !this.slotsInUse.has(channel.slot) && rollOverAt(channel) > now)
      .reduce<NotificationChannel | undefined>(
        (youngest, each) => (each.createdAt > (youngest?.createdAt ?? -Infinity) ? each : youngest),
        undefined,
      );
  }

  /** A slot that is not in use: without a channel, or with one that is due for a change. */
  private freeSlot(): number {
    for (let slot = 0; slot < this.size; slot += 1) if (!this.slotsInUse.has(slot)) return slot;
    throw new Error('All notification channels are in use');
  }

  private async make(slot: number, signal: AbortSignal): Promise<NotificationChannel> {
    const made = this.unsaved.pop() ?? (await this.requests.create(signal));
    const channel = { ...made, slot };
    let isSaved = false;
    try {
      isSaved = await this.store.save(this.owner, channel);
    } finally {
      if (!isSaved) this.unsaved.push(made);
    }
    if (!isSaved) throw new StorageUnavailableError({ cause: new Error('The notification lease is lost.') });
    this.channels = [...this.channels.filter((each) => each.slot !== slot), channel];
    return channel;
  }
}
