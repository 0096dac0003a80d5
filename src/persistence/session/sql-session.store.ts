import { Injectable } from '@nestjs/common';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { AuditFact } from '../../audit/domain/audit-record';
import { type KeyDisposition, problemKeptOf } from '../../session/domain/stored-response';
import type { IdempotentRequest } from '../../session/domain/idempotent-request';
import type { Session, StoredState } from '../../session/domain/session';
import { isAssignmentEvent } from '../../session/domain/session-event';
import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import { LIVE_STATES, type SessionState } from '../../session/domain/session-state';
import { SessionChangedError, SessionEndedWhileOpeningError } from '../../session/domain/session.errors';
import { type SessionQuery, SessionStore, type SlotLimits } from '../../session/ports/session.store';
import { AuditWriter } from '../audit/audit-writer';
import { addingToCounters, type CounterChanges, COUNTERS, readCounters, slotsOf } from '../replica/counters';
import { countCallerSlots } from './caller-slots';
import type { Database, SessionTable } from '../database/database';
import { type Dialect, forUpdate } from '../database/dialect';
import { prepared } from '../database/prepared';
import { FeedWriter } from '../feed/feed-writer';
import { type NumberedEvents, OutboxWriter } from '../outbox/outbox-writer';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { IdempotencyWriter } from './idempotency-writer';
import { countersOf } from './session-counting';
import { listing } from './session-listing';
import { type ReservationOutcome, refusalError, sendReservation } from './session-slots';
import { isOpenSession } from './sql-session-holders';
import { toChanges, toRow, toSession } from './session.mapper';
import { UnitOfWork } from '../database/unit-of-work';
import { type RowUpdate, updatingRowOf } from '../database/updating-row';
import type { Work } from '../database/work';

/** Written out in the statement, so that the planner sees that the partial index fits. */
const ACTIVE = sql.lit<SessionState>('active');

/**
 * Sessions in SQL. A save that throws changes nothing in the database, but it has drained the changes from the
 * session object: read the session again before another attempt.
 */
@Injectable()
export class SqlSessionStore extends SessionStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
    private readonly outbox: OutboxWriter,
    private readonly feed: FeedWriter,
    private readonly keys: IdempotencyWriter,
    private readonly guests: GuestDataEncryption,
  ) {
    super();
  }

  async reserve(session: Session, limits: SlotLimits, request?: IdempotentRequest): Promise<void> {
    const row = this.guests.encryptSession(toRow(session.snapshot));
    let outcome = 'reserved' as ReservationOutcome;
    await this.unitOfWork.send((work) => {
      if (request !== undefined) this.keys.take(work, request, session.snapshot);
      const settle = (found: ReservationOutcome): void => {
        outcome = found;
      };
      sendReservation(work, row, limits, { isKeyed: request !== undefined, settle });
      return Promise.resolve();
    });
    if (outcome !== 'reserved') throw refusalError(outcome, limits);
  }

  async save(session: Session, outcome?: KeyDisposition): Promise<void> {
    const before = session.storedState;
    const after = { ...session.snapshot };
    const { events, audit } = session.pullChanges();
    const isAsking = this.outbox.readsNumbers(events) || audit.some(isDisconnection);
    await this.unitOfWork[isAsking ? 'run' : 'send'](async (work) => {
      const numbered = await this.outbox.numbered(work, events, before.lastSequence);
      const changes = { ...toChanges(after), ...this.wrapUpIn(before, after) };
      const row = replacementOf(before, after, changes, numbered);
      work.sendGuarded(updating(work, row), () => new SessionChangedError());
      const settled = outcome ?? unspokenOutcome(before, after);
      if (settled !== undefined) this.keys.settle(work, after.conversationId, settled);
      const reported = events.filter(({ state }) => isAssignmentEvent(state));
      if (before.state !== after.state || reported.length > 0)
        await this.feed.writeChanges(work, after, { isMoved: before.state !== after.state, reported });
      this.outbox.write(work, numbered.events);
      const counted = countersOf(before, after);
      this.audit.write(work, await withDisconnectionRate(work, audit, counted));
      work.withCommit(...addingToCounters(work, counted));
      work.afterCommit(() => {
        session.saved();
      });
    });
  }

  async find(conversationId: string): Promise<Session | undefined> {
    const found = await this.select(async (db, dialect) => {
      const { rows } = await db.executeQuery(finding({ db, dialect }, { conversationId }));
      return rows;
    });
    return found[0];
  }

  async findByGuestAddress(guestAddress: string): Promise<Session | undefined> {
    const found = await this.select(async (db, dialect) => {
      const { rows } = await db.executeQuery(findingByAddress({ db, dialect }, { guestAddress }));
      return rows;
    });
    return found[0];
  }

  async findByGenesysConversationId(genesysConversationId: string): Promise<Session | undefined> {
    const found = await this.select(async (db, dialect) => {
      const { rows } = await db.executeQuery(findingByUpstreamId({ db, dialect }, { genesysConversationId }));
      return rows;
    });
    return found[0];
  }

  async list(query: SessionQuery): Promise<Session[]> {
    return this.select((db) => listing(db, query).execute());
  }

  async findExpired(now: number, limit: number, holder?: string): Promise<Session[]> {
    return this.select((db) =>
      db
        .selectFrom('session')
        .selectAll()
        .where('state', '=', ACTIVE)
        .where('expires_at', '<=', now)
        .$if(holder !== undefined, (query) => query.where('holder', '=', holder ?? ''))
        .orderBy('expires_at')
        .limit(limit)
        .execute(),
    );
  }

  async findDisconnectsDue(now: number, limit: number, holder?: string): Promise<Session[]> {
    return this.select((db) =>
      db
        .selectFrom('session')
        .selectAll()
        .where('disconnect_due_at', '<=', now)
        .$if(holder !== undefined, (query) => query.where('holder', '=', holder ?? ''))
        .orderBy('disconnect_due_at')
        .limit(limit)
        .execute(),
    );
  }

  async findStalled(before: number, limit: number, holder?: string): Promise<Session[]> {
    return this.select((db) =>
      db
        .selectFrom('session')
        .selectAll()
        .where('state', '=', 'connecting')
        // The index covers the earlier of the two times.
        .where('created_at', '<', before)
        .where('started_at', '<', before)
        .$if(holder !== undefined, (query) => query.where('holder', '=', holder ?? ''))
        .orderBy('created_at')
        .limit(limit)
        .execute(),
    );
  }

  async walk(
    state: SessionState,
    afterConversationId: string | undefined,
    limit: number,
    holder?: string,
  ): Promise<Session[]> {
    return this.select((db) =>
      db
        .selectFrom('session')
        .selectAll()
        .where('state', '=', state)
        .where('conversation_id', '>', afterConversationId ?? '')
        // The condition of the index of holders, so that a walk reads only the holder's sessions.
        .$if(holder !== undefined, (query) => query.where('holder', '=', holder ?? '').where(isOpenSession))
        .orderBy('conversation_id')
        .limit(limit)
        .execute(),
    );
  }

  async recountSlots(): Promise<number> {
    return this.unitOfWork.run(async (work) => {
      const { db, dialect } = work;
      // Other transactions that take or free a slot wait from here on, so the count that follows stays true.
      await forUpdate(
        dialect,
        db.selectFrom('counter').select('value').where('name', '=', COUNTERS.slots),
      ).executeTakeFirstOrThrow();
      const rows = await db
        .selectFrom('session')
        .select((eb) => ['oauth_client', eb.fn.countAll<number>().as('live')])
        .where('state', 'in', LIVE_STATES)
        .groupBy('oauth_client')
        .execute();
      const live = rows.reduce((sum, row) => sum + row.live, 0);
      await db.deleteFrom('counter').where('name', 'like', `${COUNTERS.slotsOfClientPrefix}%`).execute();
      const ofClients = Object.fromEntries(rows.map((row) => [slotsOf(row.oauth_client), row.live]));
      for (const statement of addingToCounters(work, ofClients)) await db.executeQuery(statement);
      await db.updateTable('counter').set({ value: live }).where('name', '=', COUNTERS.slots).execute();
      return live;
    });
  }

  async countLive(): Promise<number> {
    const counters = await this.unitOfWork.query(readCounters);
    return counters.get(COUNTERS.slots) ?? 0;
  }

  async countLiveOf(owner: string, limit: number): Promise<number> {
    return (await this.unitOfWork.query((db) => countCallerSlots(db, owner, limit))).total;
  }

  async countLiveByClient(): Promise<ReadonlyMap<string, number>> {
    const prefix = COUNTERS.slotsOfClientPrefix;
    const counters = await this.unitOfWork.query(readCounters);
    const ofClients = [...counters].filter(([name]) => name.startsWith(prefix));
    return new Map(ofClients.map(([name, value]) => [name.slice(prefix.length), value]));
  }

  /** Only a new one: a save must not undo an encryption with another key. */
  private wrapUpIn(
    before: StoredState,
    { wrapUp, conversationId }: Readonly<SessionSnapshot>,
  ): Partial<Pick<SessionTable, 'wrap_up'>> {
    if (wrapUp === undefined || wrapUp === before.wrapUp) return {};
    return { wrap_up: this.guests.encryptWrapUp(JSON.stringify(wrapUp), conversationId) };
  }

  private async select(
    query: (db: Kysely<Database>, dialect: Dialect) => Promise<readonly Selectable<SessionTable>[]>,
  ): Promise<Session[]> {
    const rows = await this.unitOfWork.query(query);
    return rows.map((row) => toSession(this.guests.decryptSession(row)));
  }
}

const finding = prepared((db, { conversationId }: { readonly conversationId: string }) =>
  db.selectFrom('session').selectAll().where('conversation_id', '=', conversationId),
);

const findingByAddress = prepared((db, { guestAddress }: { readonly guestAddress: string }) =>
  db
    .selectFrom('session')
    .selectAll()
    .where('guest_address', '=', guestAddress)
    .where('state', 'in', [...LIVE_STATES])
    .orderBy('created_at', 'desc')
    .limit(1),
);

/** A thread that was continued has several sessions. */
const findingByUpstreamId = prepared(
  (db, { genesysConversationId }: { readonly genesysConversationId: string }) =>
    db
      .selectFrom('session')
      .selectAll()
      .where('genesys_conversation_id', '=', genesysConversationId)
      .orderBy('created_at', 'desc')
      .limit(1),
);

type Changes = ReturnType<typeof toChanges> & Partial<Pick<SessionTable, 'wrap_up' | 'last_sequence'>>;

const updating = updatingRowOf<SessionTable>('session');

/**
 * Leaves the number of the last event as it is if the change has no events: messages may have taken numbers. Events require
 * the number that theirs follow, since another replica may make messages events while this one does not yet.
 */
function replacementOf(
  { holder }: StoredState,
  { conversationId, version }: Readonly<SessionSnapshot>,
  changes: Changes,
  { events, behind }: NumberedEvents,
): RowUpdate<SessionTable> {
  const next = { ...changes, version: version + 1 };
  // The row as it was read, by its version and its holder.
  const expected = { conversation_id: conversationId, version, holder };
  if (events.length === 0) return { changes: next, expected };
  return {
    changes: { ...next, last_sequence: behind + events.length },
    expected: { ...expected, last_sequence: behind },
  };
}

/**
 * The default disposition of a session's key, if the save states none: the caller that opened it learns that it has
 * ended.
 */
function unspokenOutcome(
  before: Pick<StoredState, 'state'>,
  after: Readonly<SessionSnapshot>,
): KeyDisposition | undefined {
  const failsNow = before.state === 'connecting' && after.state === 'failed';
  return failsNow ? problemKeptOf(new SessionEndedWhileOpeningError()) : undefined;
}

/** The share of started sessions that ended as disconnected: the committed ones and this one. */
async function withDisconnectionRate(
  work: Work,
  facts: readonly AuditFact[],
  changes: CounterChanges,
): Promise<readonly AuditFact[]> {
  if (!facts.some(isDisconnection)) return facts;
  const counters = await readCounters(work.db);
  const valueOf = (name: string): number => (counters.get(name) ?? 0) + (changes[name] ?? 0);
  const started = valueOf(COUNTERS.sessionsStarted);
  const disconnected = valueOf(COUNTERS.sessionsDisconnected);
  const disconnectionRate = (started === 0 ? 0 : disconnected / started).toFixed(4);
  return facts.map((fact) =>
    isDisconnection(fact) ? { ...fact, detail: { ...fact.detail, disconnectionRate } } : fact,
  );
}

function isDisconnection({ action }: AuditFact): boolean {
  return action === 'SESSION_DISCONNECTED';
}
