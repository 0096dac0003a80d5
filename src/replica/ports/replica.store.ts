/** A process that works on the data. */
export interface Replica {
  /** Identifies one lease of a process: a process that loses its lease continues under a new id. */
  readonly id: string;
  /** The URL at which other replicas reach it; empty if they cannot. */
  readonly address: string;
  /** Proves the address, see `AddressSigner`; empty in rows of a release without it. The store does not check it. */
  readonly signature: string;
}

/** A replica that has a lease. */
export interface LiveReplica extends Replica {
  /** True if it is about to stop: other replicas will get its sessions. */
  readonly isLeaving: boolean;
}

/** `lost`: the lease has run out or was ended; `leaving`: the process is about to stop. */
export const REPLICA_STATES = ['live', 'leaving', 'lost'] as const;

export type ReplicaState = (typeof REPLICA_STATES)[number];

/** A replica as it is stored, and its share of the sessions. */
export interface StoredReplica {
  readonly id: string;
  readonly state: ReplicaState;
  /** In epoch milliseconds; absent where leases never end. */
  readonly leaseUntil?: number;
  /** Sessions that it holds: those that are live, and those that are not disconnected upstream yet. */
  readonly sessions: number;
}

/**
 * The replicas on the same data and their leases, which they renew, by the database's clock. An expired lease is lost
 * once another replica has marked it.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class ReplicaStore {
  /** Tells whether other processes may work on the same data. If not, leases never end. */
  abstract readonly isShared: boolean;

  /**
   * Adds a replica with a lease of `ttlMs`. On an unshared database it removes all earlier ones. Returns the time by
   * the database's clock.
   */
  abstract join(replica: Replica, ttlMs: number): Promise<number>;

  /** Renews the lease for `ttlMs`; returns the time, or undefined if the replica has lost its lease. */
  abstract renew(id: string, ttlMs: number): Promise<number | undefined>;

  /** Marks a replica as about to stop. It keeps its lease until it leaves. */
  abstract retire(id: string): Promise<void>;

  /** Ends a lease, and with it the replica's hold on its sessions. */
  abstract leave(id: string): Promise<void>;

  /** Marks expired leases as lost; returns how many. */
  abstract expire(): Promise<number>;

  /** The replicas with a lease, in the order of their ids. */
  abstract live(): Promise<LiveReplica[]>;

  /** All replicas in the order of their ids, lost ones until an hour after the end of their leases. */
  abstract list(): Promise<StoredReplica[]>;
}
