import { ReencryptionStore, type WalkPosition, type WalkStep } from './reencryption.store';

/** Keys by their ids, and a walk with one step per number, which is the count that the step renews. */
export class FakeReencryptionStore extends ReencryptionStore {
  ids: string[] = [];
  /** Texts that the first step of every walk cannot decrypt. */
  unreadable: string[] = [];
  readonly steps: (number | Error)[] = [];
  /** The start of each step. */
  readonly walked: (WalkPosition | undefined)[] = [];

  override outdated(): Promise<readonly string[]> {
    return Promise.resolve([...this.ids]);
  }

  override renew(_limit: number, from?: WalkPosition): Promise<WalkStep> {
    this.walked.push(from);
    const renewed = this.steps.shift() ?? 0;
    if (renewed instanceof Error) return Promise.reject(renewed);
    const next = { place: 0, key: String(this.walked.length) };
    const unreadable = from === undefined ? this.unreadable : [];
    return Promise.resolve({ renewed, unreadable, ...(this.steps.length === 0 ? {} : { next }) });
  }

  override retire(keyIds: readonly string[]): Promise<void> {
    this.ids = this.ids.filter((id) => !keyIds.includes(id));
    return Promise.resolve();
  }
}
