/** The right of this process to act for the sessions that it holds. */
export abstract class Lease {
  /** The replica id under which this process holds sessions; it changes when the lease is lost. */
  abstract readonly holder: string;

  /** Tells whether other replicas may work on the same data. */
  abstract readonly isShared: boolean;

  /** True while it is certain that no other replica has taken over the sessions of this one. */
  abstract readonly isValid: boolean;

  /** Time for which the lease is trusted without a renewal, in milliseconds. */
  abstract readonly trustLeftMs: number;

  /** Interval for checks of sessions that other replicas have left, in milliseconds. */
  abstract readonly lookEveryMs: number;

  /** Throws `StorageUnavailableError`. Call it right before each request upstream (fencing). */
  abstract assertValid(): void;

  /** Called when the lease is lost, before this process gets a new replica id: it holds nothing any more. */
  abstract onLost(listener: () => void): void;

  /** Expires the leases of replicas that have not renewed in time; other replicas may then claim what they hold. */
  abstract expireOthers(): Promise<void>;

  /** Announces that this process is about to stop, so that the other replicas share its sessions among themselves. */
  abstract retire(): Promise<void>;

  /** Ends the lease. Call it after all sessions were released. */
  abstract leave(): Promise<void>;
}
