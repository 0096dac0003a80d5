import {
  type NotificationChannel,
  NotificationChannelStore,
  type NotificationLease,
} from './notification-channel.store';

/** Channels and their lease in memory. `failures` are thrown first, one per call. */
export class FakeNotificationChannelStore extends NotificationChannelStore {
  /** The time in the database. */
  now = 0;
  owner = '';
  leasedUntil = 0;
  liveAt = 0;
  readonly failures: Error[] = [];
  private readonly bySlot = new Map<number, NotificationChannel>();

  /** The stored channels, in the order of their slots. */
  get stored(): readonly NotificationChannel[] {
    return [...this.bySlot.values()].sort((one, other) => one.slot - other.slot);
  }

  /** Stores a channel, with or without a lease. */
  put(channel: NotificationChannel): void {
    this.bySlot.set(channel.slot, channel);
  }

  claim(owner: string, ttlMs: number, liveAt?: number): Promise<NotificationLease | undefined> {
    return this.call(() => {
      if (this.owner !== owner && this.leasedUntil > this.now) return undefined;
      this.owner = owner;
      this.leasedUntil = this.now + ttlMs;
      this.liveAt = liveAt ?? this.liveAt;
      return { liveAt: this.liveAt };
    });
  }

  release(owner: string, liveAt?: number): Promise<void> {
    return this.call(() => {
      if (this.owner !== owner) return;
      this.leasedUntil = 0;
      this.liveAt = liveAt ?? this.liveAt;
    });
  }

  channels(): Promise<readonly NotificationChannel[]> {
    return this.call(() => this.stored);
  }

  save(owner: string, channel: NotificationChannel): Promise<boolean> {
    return this.call(() => {
      if (!this.isHeldBy(owner)) return false;
      this.put(channel);
      return true;
    });
  }

  remove(owner: string, slot: number): Promise<void> {
    return this.call(() => {
      if (this.isHeldBy(owner)) this.bySlot.delete(slot);
    });
  }

  private isHeldBy(owner: string): boolean {
    return this.owner === owner && this.leasedUntil > this.now;
  }

  private call<T>(work: () => T): Promise<T> {
    const failure = this.failures.shift();
    return failure === undefined ? Promise.resolve(work()) : Promise.reject(failure);
  }
}
