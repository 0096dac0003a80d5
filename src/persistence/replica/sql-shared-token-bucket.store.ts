import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import {
  type TokenBucketConfig,
  SharedTokenBucketStore,
  type Taken,
} from '../../common/limits/shared-token-bucket-store';
import { DatabaseConnection } from '../database/database-connection';
import { databaseNow } from '../database/dialect';
import { UnitOfWork } from '../database/unit-of-work';

/** Any bucket is full again after that time, and any close is over. */
const FORGET_AFTER_MS = 3_600_000;
/** Longer than a take may wait for its row: a bucket filled that long from now was filled before the clock went back. */
const CLOCK_WENT_BACK_MS = 10_000;
const LONGEST_CLOSED_MS = 300_000;
/** Rounding error that is tolerated, in tokens: a token that is there is not refused for it. */
const ROUNDING = 1e-6;

/**
 * Shared buckets in PostgreSQL. A take is one statement on one row, which others wait for: what it sets is computed
 * from the row as the one before left it. An embedded database belongs to one process, which needs no bucket.
 */
@Injectable()
export class SqlSharedTokenBucketStore extends SharedTokenBucketStore {
  readonly isShared: boolean;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    { dialect }: DatabaseConnection,
  ) {
    super();
    this.isShared = dialect === 'postgres';
  }

  async take(bucket: TokenBucketConfig, wanted: number, reserved: number): Promise<Taken> {
    for (;;) {
      const taken = await this.tryTake(bucket, wanted, reserved);
      if (taken !== undefined) return taken;
      await this.create(bucket);
    }
  }

  async close(bucket: TokenBucketConfig, forMs: number): Promise<void> {
    const wholeMs = Math.ceil(forMs);
    await this.create(bucket);
    await this.unitOfWork.query((db, dialect) =>
      db
        .updateTable('shared_bucket')
        .set({ closed_until: sql`greatest(closed_until, ${databaseNow(dialect)} + ${wholeMs})` })
        .where('name', '=', bucket.name)
        .execute(),
    );
  }

  private async tryTake(
    { name, capacity, perMs }: TokenBucketConfig,
    wanted: number,
    reserved: number,
  ): Promise<Taken | undefined> {
    // Read once, before the row is waited for: a clock that seems to stand still fills nothing twice.
    const { rows } = await this.unitOfWork.query((db, dialect) =>
      sql<Taken>`
        with moment as materialized (select ${databaseNow(dialect)} as now),
        terms as materialized (
          select now, cast(${capacity} as double precision) as capacity, cast(${perMs} as double precision) as per_ms,
            cast(${wanted} as integer) as wanted, cast(${reserved} as double precision) as reserved from moment
        )
        update shared_bucket set
          tokens = ${available} - ${granted},
          granted = ${granted},
          capacity = terms.capacity,
          filled_at = case when filled_at > now + ${CLOCK_WENT_BACK_MS} then now else greatest(filled_at, now) end,
          closed_until = least(closed_until, now + ${LONGEST_CLOSED_MS})
        from terms
        where name = ${name}
        returning granted, tokens as "left", greatest(closed_until - now, 0) as "closedForMs"
      `.execute(db),
    );
    return rows[0];
  }

  /** Creates the bucket, unless another process has, and deletes those that are no longer used. */
  private async create({ name, capacity }: TokenBucketConfig): Promise<void> {
    await this.unitOfWork.query(async (db, dialect) => {
      const now = databaseNow(dialect);
      await db
        .insertInto('shared_bucket')
        .values({ name, tokens: capacity, capacity, granted: 0, filled_at: now, closed_until: 0 })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      const long = sql<number>`${now} - ${FORGET_AFTER_MS}`;
      await db
        .deleteFrom('shared_bucket')
        .where('filled_at', '<', long)
        .where('closed_until', '<', long)
        .where('name', '<>', name)
        .execute();
    });
  }
}

/** Tokens in the bucket before the take. A bucket whose capacity changes stays as full as it was. */
const available = sql<number>`least(terms.capacity,
  tokens * terms.capacity / shared_bucket.capacity + greatest(now - filled_at, 0) * per_ms)`;

const granted = sql<number>`case when closed_until > now then 0
  else least(wanted, greatest(0, floor(${available} - reserved + ${sql.lit(ROUNDING)}))) end`;
