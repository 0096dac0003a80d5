import { SessionRetentionStore } from './session-retention.store';

/** Holds nothing; each call removes the next scripted number, or fails with the next scripted error. */
export class FakeSessionRetentionStore extends SessionRetentionStore {
  readonly purges: { readonly endedBefore: number; readonly limit: number }[] = [];
  readonly purgeable: (number | Error)[] = [];

  override purge(endedBefore: number, limit: number): Promise<number> {
    this.purges.push({ endedBefore, limit });
    const next = this.purgeable.shift() ?? 0;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  }
}
