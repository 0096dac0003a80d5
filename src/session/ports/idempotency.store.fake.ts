import type { StoredResponse, KeyDisposition } from '../domain/stored-response';
import type { IdempotentRequest } from '../domain/idempotent-request';
import type { SessionSnapshot } from '../domain/session-snapshot';
import { IdempotencyStore, KEY_LIFETIME_MS, type KeptRequest } from './idempotency.store';

interface Row {
  readonly fingerprint: string;
  readonly conversationId: string;
  readonly expiresAt: number;
  openingBy: string | null;
  answer?: StoredResponse;
}

/** Keys in memory, by the contract of the port; the `FakeSessionStore` writes and settles them. */
export class FakeIdempotencyStore extends IdempotencyStore {
  /** Number of look-ups, and the arguments of `purge`. */
  finds = 0;
  readonly purges: { readonly now: number; readonly limit: number }[] = [];
  /** Results or errors of the next calls of `purge`; 0 after those. */
  readonly purgeable: (number | Error)[] = [];
  private readonly rows = new Map<string, Row>();

  /** Writes the key of a new session, like a session store; returns whether it was free. */
  take(
    request: IdempotentRequest,
    { conversationId, createdAt }: Pick<SessionSnapshot, 'conversationId' | 'createdAt'>,
  ): boolean {
    const known = this.rows.get(placeOf(request));
    if (known !== undefined && known.expiresAt > createdAt) return false;
    const { fingerprint, openingBy } = request;
    const expiresAt = createdAt + KEY_LIFETIME_MS;
    this.rows.set(placeOf(request), { fingerprint, conversationId, expiresAt, openingBy });
    return true;
  }

  /** Settles the key of a session after its opening, like a session store. */
  settle(conversationId: string, outcome: KeyDisposition): void {
    for (const [place, row] of this.rows) {
      if (row.conversationId !== conversationId) continue;
      if (outcome === 'forgotten') this.rows.delete(place);
      else Object.assign(row, { answer: outcome, openingBy: null });
    }
  }

  async find(request: IdempotentRequest): Promise<KeptRequest | undefined> {
    await Promise.resolve();
    this.finds += 1;
    const row = this.rows.get(placeOf(request));
    if (row === undefined || row.expiresAt <= Date.now()) return undefined;
    const { fingerprint, conversationId, answer } = row;
    return { fingerprint, conversationId, ...(answer === undefined ? {} : { answer }) };
  }

  async claim(request: IdempotentRequest): Promise<boolean> {
    await Promise.resolve();
    const row = this.rows.get(placeOf(request));
    if (row === undefined || row.answer !== undefined) return false;
    if (row.openingBy !== null && row.openingBy !== request.openingBy) return false;
    row.openingBy = request.openingBy;
    return true;
  }

  async forgetClaims(conversationIds: readonly string[]): Promise<string[]> {
    await Promise.resolve();
    const unfinished = [...this.rows.values()].filter(
      ({ answer, conversationId }) => answer === undefined && conversationIds.includes(conversationId),
    );
    for (const row of unfinished) row.openingBy = null;
    return unfinished.map(({ conversationId }) => conversationId);
  }

  async purge(now: number, limit: number): Promise<number> {
    await Promise.resolve();
    this.purges.push({ now, limit });
    const found = this.purgeable.shift() ?? 0;
    if (found instanceof Error) throw found;
    return Math.min(found, limit);
  }
}

function placeOf({ owner, operation, keyHash }: IdempotentRequest): string {
  return JSON.stringify([owner, operation, keyHash]);
}
