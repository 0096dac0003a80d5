import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { GuestNotFoundError, GuestSessionLiveError } from '../../privacy/domain/privacy.errors';
import { type Erasure, GuestStore } from '../../privacy/ports/guest.store';
import { UNFINISHED_STATES } from '../../session/domain/session-state';
import { AuditWriter } from '../audit/audit-writer';
import type { Database, SessionTable } from '../database/database';
import { forgetOverwritten, forUpdate, ofFewLengths } from '../database/dialect';
import { GuestDataEncryption } from './guest-data-encryption';
import { eraseTraces } from '../session/session-traces';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';

type GuestsSession = Pick<SessionTable, 'conversation_id' | 'state' | 'disconnect' | 'erased_at'>;

/** Guests in SQL: rows of `session`, found by `guest_ref` without decryption. */
@Injectable()
export class SqlGuestStore extends GuestStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
    private readonly guests: GuestDataEncryption,
  ) {
    super();
  }

  async erase(guestRef: string, at: number): Promise<Erasure> {
    const erasure = await this.unitOfWork.run((work) => this.eraseWithin(work, guestRef, at));
    // A repeated erasure purges too: the process may have stopped between the first commit and this.
    await this.unitOfWork.query(forgetOverwritten);
    return erasure;
  }

  private async eraseWithin(work: Work, guestRef: string, at: number): Promise<Erasure> {
    const sessions = await sessionsOf(work, guestRef);
    if (sessions.length === 0) throw new GuestNotFoundError();
    if (!sessions.every(isOver)) throw new GuestSessionLiveError();
    const readable = idsOf(sessions.filter((session) => session.erased_at === null));
    if (readable.length > 0) {
      await eraseSessions(work.db, readable, at);
      await eraseTraces(work.db, this.guests, guestRef, readable);
      const change = { before: 'readable', after: 'erased', detail: { guestRef, count: readable.length } };
      this.audit.write(work, [
        { action: 'GUEST_ERASED', target: { type: 'guest', id: guestRef }, ...change },
      ]);
    }
    const erasedAt = Math.max(...sessions.map(({ erased_at }) => erased_at ?? at));
    return { guestRef, erasedAt, conversationIds: idsOf(sessions) };
  }
}

function sessionsOf({ db, dialect }: Work, guestRef: string): Promise<readonly GuestsSession[]> {
  return forUpdate(
    dialect,
    db
      .selectFrom('session')
      .select(['conversation_id', 'state', 'disconnect', 'erased_at'])
      .where('guest_ref', '=', guestRef)
      .orderBy('conversation_id'),
  ).execute();
}

/** No work that needs the token is left. */
function isOver({ state, disconnect }: GuestsSession): boolean {
  return !UNFINISHED_STATES.includes(state) && disconnect !== 'pending';
}

function idsOf(sessions: readonly GuestsSession[]): string[] {
  return sessions.map(({ conversation_id }) => conversation_id);
}

async function eraseSessions(
  db: Kysely<Database>,
  conversationIds: readonly string[],
  at: number,
): Promise<void> {
  await db
    .updateTable('session')
    .set({
      name: '',
      guest_token: '',
      guest_credentials: sql<string | null>`case when guest_credentials is null then null else '' end`,
      guest_context: null,
      wrap_up: null,
      // A previous release ends sessions without deleting it.
      guest_address: null,
      // Its caller may have written a reference to the guest into it.
      webhook_url: null,
      erased_at: at,
      version: sql<number>`version + 1`,
    })
    .where('conversation_id', 'in', ofFewLengths(conversationIds))
    .execute();
}
