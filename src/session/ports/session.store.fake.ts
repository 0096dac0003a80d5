import type { AuditFact } from '../../audit/domain/audit-record';
import { RequestInProgressError } from '../domain/idempotency.errors';
import { type KeyDisposition, problemKeptOf } from '../domain/stored-response';
import type { IdempotentRequest } from '../domain/idempotent-request';
import { Session } from '../domain/session';
import type { SessionFilter } from '../domain/session-filter';
import type { SessionSnapshot } from '../domain/session-snapshot';
import type { SessionEvent } from '../domain/session-event';
import { LIVE_STATES, type SessionState, UNFINISHED_STATES } from '../domain/session-state';
import {
  CallerSessionLimitReachedError,
  GuestInSessionError,
  SessionChangedError,
  SessionEndedWhileOpeningError,
  SessionLimitReachedError,
} from '../domain/session.errors';
import { FakeIdempotencyStore } from './idempotency.store.fake';
import { type CallerLimits, type SessionQuery, SessionStore, type SlotLimits } from './session.store';

type Operation = Exclude<keyof SessionStore, 'prototype'>;

/**
 * Sessions in memory, by the contract of the port. A test can insert rows, inspect saves, make the next calls of a
 * method fail, and let a concurrent change come between a read and a save.
 */
export class FakeSessionStore extends SessionStore {
  readonly events: SessionEvent[] = [];
  readonly audit: AuditFact[] = [];
  /** The keys that are written together with sessions. */
  readonly keys = new FakeIdempotencyStore();
  /** The calls, by method. */
  readonly calls: Operation[] = [];
  slots = 0;
  private readonly rows = new Map<string, SessionSnapshot>();
  private readonly failures: { readonly operation: Operation; readonly error: unknown }[] = [];
  private readonly interferences: (() => void)[] = [];

  /** Inserts sessions as they are, without their events. */
  given(...sessions: readonly Session[]): void {
    for (const session of sessions) {
      this.rows.set(session.conversationId, { ...session.snapshot });
      if (session.isLive) this.slots += 1;
    }
  }

  /** The stored row of a session. */
  row(conversationId: string): SessionSnapshot {
    const row = this.rows.get(conversationId);
    if (row === undefined) throw new Error(`There is no session ${conversationId}`);
    return row;
  }

  get count(): number {
    return this.rows.size;
  }

  /** Makes the next calls of a method throw, one per error; later calls work. */
  failNext(operation: Operation, ...errors: readonly unknown[]): void {
    this.failures.push(...errors.map((error) => ({ operation, error })));
  }

  /** Saves a concurrent change of the session right before the next save. */
  interfereNext(conversationId: string, change: (session: Session) => void): void {
    this.interferences.push(() => {
      const session = Session.restore(this.row(conversationId));
      change(session);
      this.write(session);
    });
  }

  async reserve(
    session: Session,
    { total, ofClient, ofCaller }: SlotLimits,
    request?: IdempotentRequest,
  ): Promise<void> {
    await this.begin('reserve');
    const { conversationId, oauthClient } = session.snapshot;
    if (request !== undefined && !this.keys.take(request, session.snapshot))
      throw new RequestInProgressError();
    const live = this.liveByClient().get(oauthClient) ?? 0;
    const refusal = this.isInSession(session.snapshot.guestAddress)
      ? new GuestInSessionError()
      : this.slots >= total
        ? new SessionLimitReachedError(total)
        : live >= ofClient
          ? new SessionLimitReachedError(ofClient, 'upstream-budget')
          : this.refusalOf(session.snapshot, ofCaller);
    if (refusal !== undefined) {
      this.keys.settle(conversationId, 'forgotten');
      throw refusal;
    }
    this.slots += 1;
    this.rows.set(session.conversationId, { ...session.snapshot });
  }

  async save(session: Session, outcome?: KeyDisposition): Promise<void> {
    await this.begin('save');
    this.interferences.shift()?.();
    this.write(session, outcome);
  }

  async find(conversationId: string): Promise<Session | undefined> {
    await this.begin('find');
    const row = this.rows.get(conversationId);
    return row === undefined ? undefined : Session.restore(row);
  }

  async findByGuestAddress(guestAddress: string): Promise<Session | undefined> {
    await this.begin('findByGuestAddress');
    return this.select((row) => row.guestAddress === guestAddress && Session.restore(row).isLive)[0];
  }

  async findByGenesysConversationId(genesysConversationId: string): Promise<Session | undefined> {
    await this.begin('findByGenesysConversationId');
    return this.select((row) => row.genesysConversationId === genesysConversationId)[0];
  }

  async list({ limit, after, ...filter }: SessionQuery): Promise<Session[]> {
    await this.begin('list');
    return this.select((row) => matches(filter, row))
      .sort((one, other) => order(keyOf(other.snapshot), keyOf(one.snapshot)))
      .filter(({ snapshot }) => after === undefined || order(keyOf(snapshot), keyOf(after)) < 0)
      .slice(0, limit);
  }

  async findExpired(now: number, limit: number, holder?: string): Promise<Session[]> {
    await this.begin('findExpired');
    return this.select((row) => isHeldBy(holder, row) && row.state === 'active' && row.expiresAt <= now)
      .sort((one, other) => one.snapshot.expiresAt - other.snapshot.expiresAt)
      .slice(0, limit);
  }

  async findDisconnectsDue(now: number, limit: number, holder?: string): Promise<Session[]> {
    await this.begin('findDisconnectsDue');
    return this.select(
      (row) => isHeldBy(holder, row) && row.disconnectDueAt !== null && row.disconnectDueAt <= now,
    )
      .sort((one, other) => (one.snapshot.disconnectDueAt ?? 0) - (other.snapshot.disconnectDueAt ?? 0))
      .slice(0, limit);
  }

  async findStalled(before: number, limit: number, holder?: string): Promise<Session[]> {
    await this.begin('findStalled');
    return this.select(
      (row) => isHeldBy(holder, row) && row.state === 'connecting' && row.startedAt < before,
    ).slice(0, limit);
  }

  async walk(
    state: SessionState,
    afterConversationId: string | undefined,
    limit: number,
    holder?: string,
  ): Promise<Session[]> {
    await this.begin('walk');
    return this.select(
      (row) =>
        isHeldBy(holder, row) && row.state === state && row.conversationId > (afterConversationId ?? ''),
    )
      .sort((one, other) => order([one.conversationId], [other.conversationId]))
      .slice(0, limit);
  }

  async recountSlots(): Promise<number> {
    await this.begin('recountSlots');
    this.slots = this.select((row) => LIVE_STATES.includes(row.state)).length;
    return this.slots;
  }

  async countLive(): Promise<number> {
    await this.begin('countLive');
    return this.slots;
  }

  async countLiveOf(owner: string, limit: number): Promise<number> {
    await this.begin('countLiveOf');
    return Math.min(limit, this.liveOf(owner).length);
  }

  async countLiveByClient(): Promise<ReadonlyMap<string, number>> {
    await this.begin('countLiveByClient');
    return this.liveByClient();
  }

  /** Gives unfinished sessions another holder, and returns them. */
  moveHeld(from: string, to: string, limit: number, conversationIds?: readonly string[]): Session[] {
    const moved = [...this.rows.values()]
      .filter((row) => row.holder === from && (row.endedAt === null || row.disconnect === 'pending'))
      .filter(({ conversationId }) => conversationIds?.includes(conversationId) ?? true)
      .slice(0, limit)
      .map((row) => ({ ...row, holder: to }));
    for (const row of moved) this.rows.set(row.conversationId, row);
    return moved.map((row) => Session.restore(row));
  }

  private refusalOf(
    { owner, oauthClient }: SessionSnapshot,
    ofCaller?: CallerLimits,
  ): CallerSessionLimitReachedError | undefined {
    if (ofCaller === undefined) return undefined;
    const taken = this.liveOf(owner);
    if (taken.length >= ofCaller.total) return new CallerSessionLimitReachedError(ofCaller.total);
    const onClients = taken.filter((row) => row.oauthClient !== '').length;
    return oauthClient !== '' && onClients >= ofCaller.onClients
      ? new CallerSessionLimitReachedError(ofCaller.onClients, 'upstream-budget')
      : undefined;
  }

  private isInSession(guestAddress: string | undefined): boolean {
    if (guestAddress === undefined) return false;
    return [...this.rows.values()].some(
      (row) =>
        row.guestAddress === guestAddress &&
        (UNFINISHED_STATES.includes(row.state) || row.disconnect === 'pending'),
    );
  }

  private liveOf(owner: string): SessionSnapshot[] {
    return [...this.rows.values()].filter((row) => row.owner === owner && LIVE_STATES.includes(row.state));
  }

  private liveByClient(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { oauthClient, state } of this.rows.values()) {
      if (LIVE_STATES.includes(state)) counts.set(oauthClient, (counts.get(oauthClient) ?? 0) + 1);
    }
    return counts;
  }

  private async begin(operation: Operation): Promise<void> {
    this.calls.push(operation);
    await Promise.resolve();
    const index = this.failures.findIndex((failure) => failure.operation === operation);
    if (index >= 0) throw this.failures.splice(index, 1)[0]?.error;
  }

  private write(session: Session, outcome?: KeyDisposition): void {
    const { events, audit } = session.pullChanges();
    const before = this.rows.get(session.conversationId);
    const isSame =
      before?.version === session.snapshot.version && before.holder === session.storedState.holder;
    if (before === undefined || !isSame) throw new SessionChangedError();
    this.events.push(...events);
    this.audit.push(...audit);
    if (LIVE_STATES.includes(before.state) && !session.isLive) this.slots -= 1;
    session.saved();
    this.rows.set(session.conversationId, { ...session.snapshot });
    if (outcome !== undefined) this.keys.settle(session.conversationId, outcome);
    else if (session.state === 'failed' && before.state === 'connecting')
      this.keys.settle(session.conversationId, problemKeptOf(new SessionEndedWhileOpeningError()));
  }

  private select(matches: (row: SessionSnapshot) => boolean): Session[] {
    return [...this.rows.values()].filter(matches).map((row) => Session.restore(row));
  }
}

function matches(filter: SessionFilter, row: SessionSnapshot): boolean {
  const { owner, caller, from = -Infinity, to = Infinity, ...fields } = filter;
  const isEqual = Object.entries({ ...fields, ...(caller === undefined ? {} : { owner: caller }) }).every(
    ([field, value]) => row[field as keyof SessionSnapshot] === value,
  );
  return isEqual && (owner ?? row.owner) === row.owner && row.createdAt >= from && row.createdAt < to;
}

function isHeldBy(holder: string | undefined, row: SessionSnapshot): boolean {
  return holder === undefined || holder === row.holder;
}

type Key = readonly (string | number)[];

function keyOf({ createdAt, conversationId }: { createdAt: number; conversationId: string }): Key {
  return [createdAt, conversationId];
}

function order(one: Key, other: Key): number {
  for (const [index, part] of one.entries()) {
    const counterpart = other[index] ?? '';
    if (part !== counterpart) return part < counterpart ? -1 : 1;
  }
  return 0;
}
