import { Module } from '@nestjs/common';
import { BudgetPeaks } from './budget-peaks';
import { StatisticsController } from './statistics.controller';
import { StatisticsQueries } from './statistics.queries';
import { StatisticsRetention } from './statistics-retention';
import { StatisticsWriter } from './statistics-writer';

/** Figures over time. Needs a `StatisticsStore`, a `ReplicaStore` and the `UpstreamCapacity` from the composition root. */
@Module({
  controllers: [StatisticsController],
  providers: [BudgetPeaks, StatisticsQueries, StatisticsRetention, StatisticsWriter],
})
export class StatisticsModule {}
