import { LiveQueues } from './live-queues';

/** Queues that the test sets. `failures` are thrown first, one per call. */
export class FakeLiveQueues extends LiveQueues {
  queueIds: string[] = [];
  readonly failures: Error[] = [];

  ids(limit: number): Promise<readonly string[]> {
    const failure = this.failures.shift();
    return failure === undefined ? Promise.resolve(this.queueIds.slice(0, limit)) : Promise.reject(failure);
  }
}
