import { type Replica, ReplicaStore } from './replica.store';

/** Replicas in memory. `failures` are thrown first, one per call. */
export class FakeReplicaStore extends ReplicaStore {
  isShared = true;
  readonly replicas: Replica[] = [];
  readonly calls: string[] = [];
  readonly failures: Error[] = [];

  /** Somebody has noticed that the lease of a replica has run out. */
  take(id: string): void {
    const index = this.replicas.findIndex((replica) => replica.id === id);
    if (index >= 0) this.replicas.splice(index, 1);
  }

  join(replica: Replica): Promise<void> {
    return this.call('join', () => {
      this.replicas.push(replica);
    });
  }

  renew(id: string): Promise<boolean> {
    return this.call('renew', () => this.replicas.some((replica) => replica.id === id));
  }

  leave(id: string): Promise<void> {
    return this.call('leave', () => {
      this.take(id);
    });
  }

  expire(): Promise<number> {
    return this.call('expire', () => 0);
  }

  live(): Promise<Replica[]> {
    return this.call('live', () => [...this.replicas]);
  }

  private call<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name);
    const failure = this.failures.shift();
    return failure === undefined ? Promise.resolve(work()) : Promise.reject(failure);
  }
}
