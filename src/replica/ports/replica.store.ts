/** A process that works on the data. */
export interface Replica {
  /** Of one life of the process: whoever loses its lease comes back under another one. */
  readonly id: string;
  /** Where other replicas reach it: a URL, or empty when they cannot. */
  readonly address: string;
  /** Proves the address, see `AddressSeal`; empty in rows of a release without it. The store keeps it unchecked. */
  readonly seal: string;
}

/** A replica that has a lease. */
export interface LiveReplica extends Replica {
  /** It is about to stop: what it holds others will have. */
  readonly isLeaving: boolean;
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

  /**
   * A new replica with a lease of `ttlMs`. Where nothing is shared, all earlier ones are gone. Returns what time it is by the
   * clock of the database.
   */
  abstract join(replica: Replica, ttlMs: number): Promise<number>;

  /** A lease of `ttlMs` from now on; returns what time it is, or undefined when the replica has lost its lease. */
  abstract renew(id: string, ttlMs: number): Promise<number | undefined>;

  /** Tells that a replica is about to stop. It keeps its lease until it leaves. */
  abstract retire(id: string): Promise<void>;

  /** Ends a lease, and with it whatever the replica holds. */
  abstract leave(id: string): Promise<void>;

  /** Takes the leases that have run out from those who had them; returns how many. */
  abstract expire(): Promise<number>;

  /** The replicas that have a lease, in the order of their ids. */
  abstract live(): Promise<LiveReplica[]>;
}
