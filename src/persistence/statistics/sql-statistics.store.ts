import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { FIGURES } from '../../statistics/domain/figures';
import type { StatisticsSpan } from '../../statistics/domain/statistics-span';
import {
  type MinuteFigures,
  type PointFigure,
  StatisticsStore,
} from '../../statistics/ports/statistics.store';
import type { Database } from '../database/database';
import { UnitOfWork } from '../database/unit-of-work';

/** Minute figures in SQL: every statement selects a range of minutes, the first column of the primary key. */
@Injectable()
export class SqlStatisticsStore extends StatisticsStore {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  async write(minutes: readonly MinuteFigures[]): Promise<void> {
    const rows = minutes.flatMap(({ minute, replica, figures }) =>
      [...figures].map(([name, value]) => ({ minute, replica, name, value })),
    );
    if (rows.length === 0) return;
    await this.unitOfWork.query((db) =>
      db
        .insertInto('statistic')
        .values(rows)
        .onConflict((conflict) =>
          conflict
            .columns(['minute', 'replica', 'name'])
            .doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
        )
        .execute(),
    );
  }

  read(span: StatisticsSpan): Promise<PointFigure[]> {
    return this.unitOfWork.query((db) => mergedFigures(db, span).execute());
  }

  async lastMinutes(since: number): Promise<ReadonlyMap<string, number>> {
    const rows = await this.unitOfWork.query((db) =>
      db
        .selectFrom('statistic')
        .select((eb) => ['replica', eb.fn.max('minute').as('minute')])
        .where('minute', '>=', since)
        .groupBy('replica')
        .execute(),
    );
    return new Map(rows.map(({ replica, minute }) => [replica, minute]));
  }

  async purge(before: number, limit: number): Promise<number> {
    const { numDeletedRows } = await this.unitOfWork.query((db) =>
      db
        .deleteFrom('statistic')
        .where((eb) =>
          eb(
            eb.refTuple('minute', 'replica', 'name'),
            'in',
            eb
              .selectFrom('statistic as old')
              .select(['old.minute', 'old.replica', 'old.name'])
              .where('old.minute', '<', before)
              .orderBy('old.minute')
              .orderBy('old.replica')
              .orderBy('old.name')
              .limit(limit)
              .$asTuple('minute', 'replica', 'name'),
          ),
        )
        .executeTakeFirstOrThrow(),
    );
    return Number(numDeletedRows);
  }
}

/** The figures of a span by point and name, those of `live` by minute. */
export function mergedFigures(db: Kysely<Database>, { from, to, stepMs }: StatisticsSpan) {
  const point = sql<number>`minute - (minute - ${from}) % ${stepMs}`;
  return db
    .selectFrom((eb) =>
      eb
        .selectFrom('statistic')
        .select([
          'name',
          'value',
          sql<number>`case when name = ${sql.lit(FIGURES.live)} then minute else ${point} end`.as('at'),
        ])
        .where('minute', '>=', from)
        .where('minute', '<', to)
        .as('figure'),
    )
    .select((eb) => ['at', 'name', eb.fn.sum<number>('value').as('sum'), eb.fn.max('value').as('max')])
    .groupBy(['at', 'name']);
}
