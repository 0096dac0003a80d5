import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { FIGURES } from '../../statistics/domain/figures';
import type { StatisticsSpan } from '../../statistics/domain/statistics-span';
import {
  type MinuteFigures,
  type PointFigure,
  StatisticsStore,
} from '../../statistics/ports/statistics.store';
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

  async read(span: StatisticsSpan): Promise<PointFigure[]> {
    const { rows } = await this.unitOfWork.query((db) => mergedFigures(span).execute(db));
    return rows;
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
export function mergedFigures({ from, to, stepMs }: StatisticsSpan): RawBuilder<PointFigure> {
  return sql<PointFigure>`
    select "at", name, sum(value) as "sum", max(value) as "max" from (
      select name, value, case when name = ${sql.lit(FIGURES.live)} then minute
        else minute - (minute - ${from}) % ${stepMs} end as "at"
      from statistic where minute >= ${from} and minute < ${to}
    ) as figure group by "at", name`;
}
