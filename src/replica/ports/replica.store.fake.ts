import { type LiveReplica, type Replica, ReplicaStore, type StoredReplica } from './replica.store';

/** Replicas in memory. `failures` are thrown first, one per call. */
export class FakeReplicaStore extends ReplicaStore {
  isShared = true;
  readonly replicas: Replica[] = [];
  readonly leaving = new Set<string>();
  /** The time in the database. */
  now = 0;
  readonly calls: string[] = [];
  readonly failures: Error[] = [];

  /** Another replica has expired the lease. */
  take(id: string): void {
    const index = this.replicas.findIndex((replica) => replica.id === id);
    if (index >= 0) this.replicas.splice(index, 1);
  }

  join(replica: Replica): Promise<number> {
    return this.call('join', () => {
      this.replicas.push(replica);
      return this.now;
    });
  }

  renew(id: string): Promise<number | undefined> {
    return this.call('renew', () =>
      this.replicas.some((replica) => replica.id === id) ? this.now : undefined,
    );
  }

  retire(id: string): Promise<void> {
    return this.call('retire', () => {
      this.leaving.add(id);
    });
  }

  leave(id: string): Promise<void> {
    return this.call('leave', () => {
      this.take(id);
    });
  }

  expire(): Promise<number> {
    return this.call('expire', () => 0);
  }

  live(): Promise<LiveReplica[]> {
    return this.call('live', () =>
      this.replicas.map((replica) => ({ ...replica, isLeaving: this.leaving.has(replica.id) })),
    );
  }

  list(): Promise<StoredReplica[]> {
    return this.call('list', () =>
      this.replicas.map(({ id }) => ({ id, state: this.leaving.has(id) ? 'leaving' : 'live', sessions: 0 })),
    );
  }

  private call<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name);
    const failure = this.failures.shift();
    return failure === undefined ? Promise.resolve(work()) : Promise.reject(failure);
  }
}
