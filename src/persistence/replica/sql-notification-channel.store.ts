import { Injectable } from '@nestjs/common';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import {
  type NotificationChannel,
  NotificationChannelStore,
  type NotificationLease,
} from '../../genesys/ports/notification-channel.store';
import type { Database, NotificationChannelTable } from '../database/database';
import { DatabaseConnection } from '../database/database-connection';
import { databaseNow, type Dialect, forUpdate } from '../database/dialect';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';
import { DataCipher } from '../guest/data-cipher';
import { isUnreadable } from '../persistence.errors';

/** The only row of the lease, which the migration inserts. */
const LEASE = 1;

/**
 * Channels in SQL. Their addresses are encrypted with the data key; they are not encrypted again at its rotation, since
 * a channel lives for a day and a new one takes the place of one that cannot be read.
 */
@Injectable()
export class SqlNotificationChannelStore extends NotificationChannelStore {
  private readonly isShared: boolean;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: DataCipher,
    { dialect }: DatabaseConnection,
  ) {
    super();
    this.isShared = dialect === 'postgres';
  }

  async claim(owner: string, ttlMs: number, liveAt?: number): Promise<NotificationLease | undefined> {
    const row = await this.unitOfWork.query((db, dialect) =>
      db
        .updateTable('notification_owner')
        .set({
          owner,
          leased_until: sql<number>`${databaseNow(dialect)} + ${ttlMs}`,
          ...liveAtOf(liveAt),
        })
        .where('id', '=', LEASE)
        // An embedded database belongs to one process: a lease of another owner is of a process that is gone.
        .$if(this.isShared, (query) => query.where(isFreeFor(owner, dialect)))
        .returning('live_at')
        .executeTakeFirst(),
    );
    return row && { liveAt: row.live_at };
  }

  async release(owner: string, liveAt?: number): Promise<void> {
    await this.unitOfWork.query((db) =>
      db
        .updateTable('notification_owner')
        .set({ leased_until: 0, ...liveAtOf(liveAt) })
        .where('id', '=', LEASE)
        .where('owner', '=', owner)
        .execute(),
    );
  }

  async channels(): Promise<readonly NotificationChannel[]> {
    const rows = await this.unitOfWork.query((db) =>
      db.selectFrom('notification_channel').selectAll().orderBy('slot').execute(),
    );
    return rows.flatMap((row) => this.channelOf(row) ?? []);
  }

  async save(
    owner: string,
    { slot, id, connectUri, createdAt, expiresAt }: NotificationChannel,
  ): Promise<boolean> {
    const address = this.cipher.encrypt(JSON.stringify({ id, connectUri }), contextOf(slot));
    const values = { address, created_at: createdAt, expires_at: expiresAt };
    return this.asOwner(owner, (db) =>
      db
        .insertInto('notification_channel')
        .values({ slot, ...values })
        .onConflict((conflict) => conflict.column('slot').doUpdateSet(values))
        .execute(),
    );
  }

  async remove(owner: string, slot: number): Promise<void> {
    await this.asOwner(owner, (db) =>
      db.deleteFrom('notification_channel').where('slot', '=', slot).execute(),
    );
  }

  /** Runs a statement under the lock of the lease; false without the lease. */
  private asOwner(owner: string, change: (db: Kysely<Database>) => Promise<unknown>): Promise<boolean> {
    return this.unitOfWork.run(async (work) => {
      if (!(await isHeld(work, owner))) return false;
      await change(work.db);
      return true;
    });
  }

  private channelOf(row: NotificationChannelTable): NotificationChannel | undefined {
    const { slot, address, created_at: createdAt, expires_at: expiresAt } = row;
    try {
      const text = this.cipher.decrypt(address, contextOf(slot));
      const { id, connectUri } = JSON.parse(text) as Pick<NotificationChannel, 'id' | 'connectUri'>;
      return { slot, id, connectUri, createdAt, expiresAt };
    } catch (error) {
      // Encrypted with a key that was removed since: a new channel takes its place.
      if (isUnreadable(error)) return undefined;
      throw error;
    }
  }
}

function liveAtOf(liveAt: number | undefined): { readonly live_at?: number } {
  return liveAt === undefined ? {} : { live_at: liveAt };
}

function isFreeFor(owner: string, dialect: Dialect): RawBuilder<boolean> {
  return sql<boolean>`(owner = ${owner} or leased_until < ${databaseNow(dialect)})`;
}

async function isHeld({ db, dialect }: Work, owner: string): Promise<boolean> {
  const held = db
    .selectFrom('notification_owner')
    .select('id')
    .where('id', '=', LEASE)
    .where('owner', '=', owner)
    .where('leased_until', '>=', databaseNow(dialect));
  return (await forUpdate(dialect, held).executeTakeFirst()) !== undefined;
}

/** The context that an address is bound to. */
function contextOf(slot: number): string {
  return `notification_channel/${slot}/address`;
}
