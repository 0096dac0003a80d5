import { Injectable } from '@nestjs/common';
import { type Kysely, type SelectQueryBuilder } from 'kysely';
import type { AuditFact } from '../../audit/domain/audit-record';
import type { ExpiryLimits, StoredConsoleSession } from '../../console/domain/console-session';
import {
  type ConsoleSessionLimits,
  ConsoleSessionStore,
  type EndReason,
} from '../../console/ports/console-session.store';
import { AuditWriter } from '../audit/audit-writer';
import type { ConsoleSessionTable, Database } from '../database/database';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';

/** Sessions that one login ends at most: it adds one, so that more are left only by an earlier, larger limit. */
const MAX_ENDED = 100;

type Ids = SelectQueryBuilder<Database, 'console_session', Pick<ConsoleSessionTable, 'id'>>;

/** The sessions of the console in SQL. */
@Injectable()
export class SqlConsoleSessionStore extends ConsoleSessionStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
  ) {
    super();
  }

  async create(
    session: StoredConsoleSession,
    { perCaller, inAll }: ConsoleSessionLimits,
    replacedId?: string,
  ): Promise<void> {
    await this.unitOfWork.run(async (work) => {
      const { id, caller, credential, createdAt, lastUsedAt } = session;
      const times = { created_at: createdAt, last_used_at: lastUsedAt };
      await work.db
        .insertInto('console_session')
        .values({ id, caller, credential, ...times })
        .execute();
      this.audit.write(work, [{ action: 'CONSOLE_LOGIN', target: targetOf(id) }]);
      if (replacedId !== undefined) await this.endWithin(work, [replacedId], 'replaced');
      const ofCaller = leastUsed(work.db, perCaller).where('caller', '=', caller);
      await this.endWithin(work, await idsIn(ofCaller), 'limit');
      await this.endWithin(work, await idsIn(leastUsed(work.db, inAll)), 'limit');
    });
  }

  async find(id: string): Promise<StoredConsoleSession | undefined> {
    const row = await this.unitOfWork.query((db) =>
      db.selectFrom('console_session').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    return (
      row && {
        id: row.id,
        caller: row.caller,
        credential: row.credential,
        createdAt: row.created_at,
        lastUsedAt: row.last_used_at,
      }
    );
  }

  async touch(id: string, at: number): Promise<void> {
    await this.unitOfWork.query((db) =>
      db
        .updateTable('console_session')
        .set({ last_used_at: at })
        .where('id', '=', id)
        .where('last_used_at', '<', at)
        .execute(),
    );
  }

  async end(id: string, reason?: EndReason): Promise<void> {
    await this.unitOfWork.run((work) => this.endWithin(work, [id], reason));
  }

  async purge({ usedUpTo, createdUpTo }: ExpiryLimits, limit: number): Promise<number> {
    const { numDeletedRows } = await this.unitOfWork.query((db) =>
      db
        .deleteFrom('console_session')
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('console_session')
            .select('id')
            .where((or) => or.or([or('last_used_at', '<=', usedUpTo), or('created_at', '<=', createdUpTo)]))
            .limit(limit),
        )
        .executeTakeFirstOrThrow(),
    );
    return Number(numDeletedRows);
  }

  /** Removes the sessions that are still there, and records the end of each. */
  private async endWithin(work: Work, ids: readonly string[], reason: EndReason | undefined): Promise<void> {
    for (const id of ids) {
      const row = await work.db
        .deleteFrom('console_session')
        .where('id', '=', id)
        .returning('caller')
        .executeTakeFirst();
      if (row !== undefined) this.audit.write(work, [endOf(id, row.caller, reason)]);
    }
  }
}

/** Selects the sessions beyond the `kept` ones that were used last. */
function leastUsed(db: Kysely<Database>, kept: number): Ids {
  return db
    .selectFrom('console_session')
    .select('id')
    .orderBy('last_used_at', 'desc')
    .orderBy('created_at', 'desc')
    .limit(MAX_ENDED)
    .offset(kept);
}

async function idsIn(query: Ids): Promise<string[]> {
  const rows = await query.execute();
  return rows.map(({ id }) => id);
}

function endOf(id: string, owner: string, reason: EndReason | undefined): AuditFact {
  const fact = { action: 'CONSOLE_LOGOUT', target: targetOf(id), detail: { owner } } as const;
  return reason === undefined ? fact : { ...fact, reason };
}

function targetOf(id: string): AuditFact['target'] {
  return { type: 'console-session', id };
}
