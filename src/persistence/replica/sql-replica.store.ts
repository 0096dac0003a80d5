import { Injectable } from '@nestjs/common';
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import {
  type LiveReplica,
  type Replica,
  type ReplicaState,
  ReplicaStore,
  type StoredReplica,
} from '../../replica/ports/replica.store';
import type { DeliveryStatus } from '../../sync/domain/delivery';
import type { Database, ReplicaTable } from '../database/database';
import { DatabaseConnection } from '../database/database-connection';
import { databaseNow, type Dialect } from '../database/dialect';
import { isOpenSession } from '../session/sql-session-holders';
import { UnitOfWork } from '../database/unit-of-work';

const FORGET_AFTER_MS = 3_600_000;

interface ReplicaRow extends Pick<Selectable<ReplicaTable>, 'id' | 'lease_until' | 'is_lost' | 'is_leaving'> {
  /** Time by the database's clock. */
  readonly now: number;
  readonly sessions: number;
}

/** Replicas in SQL, by the clock of the database. An embedded database belongs to one process. */
@Injectable()
export class SqlReplicaStore extends ReplicaStore {
  readonly isShared: boolean;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    { dialect }: DatabaseConnection,
  ) {
    super();
    this.isShared = dialect === 'postgres';
  }

  join({ id, address, signature }: Replica, ttlMs: number): Promise<number> {
    return this.unitOfWork.run(async ({ db, dialect }) => {
      if (!this.isShared) await forgetAll(db);
      const until = sql<number>`${databaseNow(dialect)} + ${ttlMs}`;
      const { lease_until: leaseUntil } = await db
        .insertInto('replica')
        .values({ id, address, address_seal: signature, lease_until: until, is_lost: 0 })
        .returning('lease_until')
        .executeTakeFirstOrThrow();
      return leaseUntil - ttlMs;
    });
  }

  async renew(id: string, ttlMs: number): Promise<number | undefined> {
    const renewed = await this.unitOfWork.query((db, dialect) =>
      db
        .updateTable('replica')
        .set({ lease_until: sql<number>`${databaseNow(dialect)} + ${ttlMs}` })
        .where('id', '=', id)
        .where('is_lost', '=', 0)
        .returning('lease_until')
        .executeTakeFirst(),
    );
    return renewed && renewed.lease_until - ttlMs;
  }

  async retire(id: string): Promise<void> {
    await this.unitOfWork.query((db) =>
      db.updateTable('replica').set({ is_leaving: 1 }).where('id', '=', id).execute(),
    );
  }

  async leave(id: string): Promise<void> {
    await this.unitOfWork.query((db) =>
      db.updateTable('replica').set({ is_lost: 1 }).where('id', '=', id).execute(),
    );
  }

  async expire(): Promise<number> {
    const lost = await this.unitOfWork.run(async ({ db, dialect }) => {
      const rows = await db
        .updateTable('replica')
        .set({ is_lost: 1 })
        .where('is_lost', '=', 0)
        .where('lease_until', '<', databaseNow(dialect))
        .returning('id')
        .execute();
      await unclaim(
        db,
        rows.map(({ id }) => id),
      );
      return rows.length;
    });
    if (lost > 0) await this.forgetLost();
    return lost;
  }

  async live(): Promise<LiveReplica[]> {
    const rows = await this.unitOfWork.query((db, dialect) =>
      db
        .selectFrom('replica')
        .select(['id', 'address', 'address_seal', 'is_leaving'])
        .where('is_lost', '=', 0)
        // One database with one process needs no renewals.
        .$if(this.isShared, (query) => query.where('lease_until', '>=', databaseNow(dialect)))
        .orderBy('id')
        .execute(),
    );
    return rows.map(({ id, address, address_seal: signature, is_leaving: isLeaving }) => ({
      id,
      address,
      signature,
      isLeaving: isLeaving === 1,
    }));
  }

  async list(): Promise<StoredReplica[]> {
    const { rows } = await this.unitOfWork.query((db, dialect) => replicasWithSessions(dialect).execute(db));
    return rows.map((row) => ({
      id: row.id,
      state: this.stateOf(row),
      ...(this.isShared ? { leaseUntil: row.lease_until } : {}),
      sessions: row.sessions,
    }));
  }

  private stateOf(row: ReplicaRow): ReplicaState {
    const hasRunOut = this.isShared && row.lease_until < row.now;
    if (row.is_lost === 1 || hasRunOut) return 'lost';
    return row.is_leaving === 1 ? 'leaving' : 'live';
  }

  /** Deletes lost replicas that hold no session any more. */
  private async forgetLost(): Promise<void> {
    await this.unitOfWork.query((db, dialect) =>
      db
        .deleteFrom('replica')
        .where('is_lost', '=', 1)
        // Leaves time for requests that the replica may have begun before it stopped.
        .where('lease_until', '<', sql<number>`${databaseNow(dialect)} - ${FORGET_AFTER_MS}`)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('session')
                .select('session.holder')
                .whereRef('session.holder', '=', 'replica.id')
                .where(isOpenSession),
            ),
          ),
        )
        .execute(),
    );
  }
}

/** The sessions are grouped by the index of held sessions, in the statement that reads the replicas. */
export function replicasWithSessions(dialect: Dialect): RawBuilder<ReplicaRow> {
  return sql<ReplicaRow>`
    select id, lease_until, is_lost, is_leaving, ${databaseNow(dialect)} as now, coalesce(held.sessions, 0) as sessions
    from replica left join (
      select holder, count(*) as sessions from session where ${isOpenSession} group by holder
    ) as held on held.holder = replica.id order by id`;
}

/** Removes all earlier replicas: on an embedded database they are gone, and hold nothing. */
async function forgetAll(db: Kysely<Database>): Promise<void> {
  await db.deleteFrom('replica').execute();
  await db
    .updateTable('session')
    .set({ holder: '' })
    .where(isOpenSession)
    .where('holder', '<>', '')
    .execute();
}

/** Frees the deliveries that relays of these replicas had claimed, so that any relay can claim them. */
async function unclaim(db: Kysely<Database>, replicas: readonly string[]): Promise<void> {
  if (replicas.length === 0) return;
  await db
    .updateTable('delivery')
    .set({ claimed_by: null, claimed_until: null })
    .where('status', '=', sql.lit<DeliveryStatus>('pending'))
    .where('claimed_by', 'in', replicas)
    .execute();
}
