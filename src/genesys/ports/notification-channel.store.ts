/** A channel of the platform's notification service. Its id and its URI are credentials: a client needs no others. */
export interface NotificationChannel {
  /** Place among the channels that this service may have at once, from 0 on. */
  readonly slot: number;
  readonly id: string;
  /** The URI of its WebSocket. */
  readonly connectUri: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The time at which the platform removes the channel, in epoch milliseconds. */
  readonly expiresAt: number;
}

/** The right to use the channels. */
export interface NotificationLease {
  /** Latest time at which the events of all channels were received without a gap, in epoch milliseconds; 0 if never. */
  readonly liveAt: number;
}

/**
 * The notification channels of all replicas, and the lease of the one replica that uses them: the platform accepts one
 * connection for a channel, and one list of its topics. There is no request that removes a channel, so a channel that is
 * stored is used again by the next owner of the lease. Leases go by the database's clock.
 *
 * Channels whose stored address cannot be decrypted are left out.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class NotificationChannelStore {
  /**
   * Takes the lease, or renews it, for `ttlMs` from now. Returns undefined while another owner has it. A `liveAt` is stored
   * with it; without one the stored time stays.
   */
  abstract claim(owner: string, ttlMs: number, liveAt?: number): Promise<NotificationLease | undefined>;

  /**
   * Ends the lease of this owner, so that another one can take it at once, and stores `liveAt`. Without effect on the lease
   * of another owner.
   */
  abstract release(owner: string, liveAt?: number): Promise<void>;

  /** All stored channels, in the order of their slots. */
  abstract channels(): Promise<readonly NotificationChannel[]>;

  /** Stores a channel in place of the one in its slot. Returns false, and stores nothing, without the lease. */
  abstract save(owner: string, channel: NotificationChannel): Promise<boolean>;

  /** Deletes the channel in a slot. Without effect without the lease. */
  abstract remove(owner: string, slot: number): Promise<void>;
}
