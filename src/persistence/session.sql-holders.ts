import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Session } from '../session/domain/session';
import { SessionHolders } from '../session/ports/session.holders';
import { ofFewLengths } from './dialect';
import { GuestSeal } from './guest.seal';
import { toSession } from './session.mapper';
import { UnitOfWork } from './unit-of-work';

const NOBODY = '';

/** Sessions that somebody has to do something about; written as the partial index has it, so that it fits. */
export const isOpenSession = sql<boolean>`(ended_at is null or disconnect = 'pending')`;

/** Holders of sessions in SQL. */
@Injectable()
export class SqlSessionHolders extends SessionHolders {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly guests: GuestSeal,
  ) {
    super();
  }

  async claim(holder: string, limit: number): Promise<Session[]> {
    const gone = await this.gone();
    const rows = await this.unitOfWork.run(async ({ db, dialect }) => {
      const orphans = db
        .selectFrom('session')
        .select('conversation_id')
        .where('holder', 'in', ofFewLengths(gone))
        .where(isOpenSession)
        .limit(limit);
      // What others are claiming is theirs.
      const mine = await (dialect === 'postgres' ? orphans.forUpdate().skipLocked() : orphans).execute();
      if (mine.length === 0) return [];
      const ids = mine.map(({ conversation_id }) => conversation_id);
      return db
        .updateTable('session')
        .set({ holder })
        .where('conversation_id', 'in', ofFewLengths(ids))
        .returningAll()
        .execute();
    });
    return rows.map((row) => toSession(this.guests.openSession(row)));
  }

  async release(holder: string, conversationIds?: readonly string[]): Promise<number> {
    if (conversationIds?.length === 0) return 0;
    const { numUpdatedRows } = await this.unitOfWork.read((db) =>
      db
        .updateTable('session')
        .set({ holder: NOBODY })
        .where('holder', '=', holder)
        .where(isOpenSession)
        .$if(conversationIds !== undefined, (query) =>
          query.where('conversation_id', 'in', ofFewLengths(conversationIds ?? [])),
        )
        .executeTakeFirstOrThrow(),
    );
    return Number(numUpdatedRows);
  }

  /** Whoever can hold nothing any more. A replica that is forgotten holds nothing. */
  private async gone(): Promise<readonly string[]> {
    const rows = await this.unitOfWork.read((db) =>
      db.selectFrom('replica').select('id').where('is_lost', '=', 1).execute(),
    );
    return [NOBODY, ...rows.map(({ id }) => id)];
  }
}
