/** A process that works on the data. */
export interface Replica {
  /** Of one life of the process: whoever loses its lease comes back under another one. */
  readonly id: string;
  /** Where other replicas reach it: a URL, or empty when they cannot. */
  readonly address: string;
}

/**
 * Which processes work on the same data, and for how long each may do so: a lease, which is renewed, by the clock of the
 * database. Whoever has let its lease run out has lost it once somebody else has noticed.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class ReplicaStore {
  /** Whether other processes may work on the same data at all. Where they may not, no lease ever ends. */
  abstract readonly isShared: boolean;

  /** A new replica with a lease of `ttlMs`. Where nothing is shared, all earlier ones are gone. */
  abstract join(replica: Replica, ttlMs: number): Promise<void>;

  /** A lease of `ttlMs` from now on; false when the replica has lost its lease. */
  abstract renew(id: string, ttlMs: number): Promise<boolean>;

  /** Ends a lease, and with it whatever the replica holds. */
  abstract leave(id: string): Promise<void>;

  /** Takes the leases that have run out from those who had them; returns how many. */
  abstract expire(): Promise<number>;

  /** The replicas that have a lease, in the order of their ids. */
  abstract live(): Promise<Replica[]>;
}
