import { type Erasure, GuestStore } from './guest.store';

/** Erases any guest and records the time; or throws the given error. */
export class FakeGuestStore extends GuestStore {
  readonly erased = new Map<string, number>();
  failure: Error | undefined;

  override erase(guestRef: string, at: number): Promise<Erasure> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const erasedAt = this.erased.get(guestRef) ?? at;
    this.erased.set(guestRef, erasedAt);
    return Promise.resolve({ guestRef, erasedAt, conversationIds: ['conversation-1'] });
  }
}
