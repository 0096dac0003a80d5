import { DeadlineStore } from './deadline.store';

/** Records its calls, and fails while `error` is set. */
export class FakeDeadlineStore extends DeadlineStore {
  readonly shifts: number[] = [];
  readonly broughtForward: number[] = [];
  error: Error | undefined;

  shift(stepMs: number, committed: () => void): Promise<void> {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.shifts.push(stepMs);
    committed();
    return Promise.resolve();
  }

  bringForward(now: number): Promise<number> {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.broughtForward.push(now);
    return Promise.resolve(0);
  }
}
