import type { Session } from '../domain/session';
import { SessionHolders } from './session-holders';
import type { FakeSessionStore } from './session.store.fake';

/** Holders of the sessions of a store in memory: a session with an empty holder has none. */
export class FakeSessionHolders extends SessionHolders {
  /** Number of claims. */
  claims = 0;

  constructor(private readonly store: FakeSessionStore) {
    super();
  }

  claim(holder: string, limit: number): Promise<Session[]> {
    this.claims += 1;
    return Promise.resolve(this.store.moveHeld('', holder, limit));
  }

  release(holder: string, conversationIds?: readonly string[]): Promise<number> {
    return Promise.resolve(this.store.moveHeld(holder, '', Number.POSITIVE_INFINITY, conversationIds).length);
  }
}
