/** This process's right to act for what it holds. */
export abstract class Lease {
  /** Under which this process holds what it holds; another one once the lease was lost. */
  abstract readonly holder: string;

  /** Whether others may work on the same data. */
  abstract readonly isShared: boolean;

  /** Whether it is certain that nobody else has taken what this process holds. */
  abstract readonly isValid: boolean;

  /** How long the lease is trusted if it is not renewed, in milliseconds. */
  abstract readonly trustLeftMs: number;

  /** How often to look for what others have left, in milliseconds. */
  abstract readonly lookEveryMs: number;

  /** Throws `StorageUnavailableError`: whoever sends something calls this right before. */
  abstract assertValid(): void;

  /** Called when the lease is lost, before this process is another replica: nothing that was held is its own any more. */
  abstract onLost(listener: () => void): void;

  /** Notices which replicas have let their leases run out: what they hold is anybody's from then on. */
  abstract expireOthers(): Promise<void>;

  /** Tells others that this process is about to stop, so that they share what it holds among themselves. */
  abstract retire(): Promise<void>;

  /** Ends the lease. For when everything that is held was handed over. */
  abstract leave(): Promise<void>;
}
