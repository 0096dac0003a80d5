import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { ReadStatisticsDto, requestedSpanOf } from './dto/read-statistics.dto';
import { StatisticsResponse } from './dto/statistics.response';
import { StatisticsQueries } from './statistics.queries';

@ApiTags('statistics')
@Controller({ path: 'statistics', version: '1' })
export class StatisticsController {
  constructor(private readonly queries: StatisticsQueries) {}

  /**
   * Figures of all replicas over time, in at most 240 points. A minute is written when it is over; of a minute that no
   * replica wrote there are no figures, instead of zeros.
   */
  @Get()
  @Scope('statistics.read')
  @Header('cache-control', 'no-store')
  @ApiResponse({ status: 200, type: StatisticsResponse })
  @ApiProblems({ 400: ['validation-failed'], 503: ['storage-unavailable'] })
  async read(@Query() query: ReadStatisticsDto): Promise<StatisticsResponse> {
    return new StatisticsResponse(await this.queries.statistics(requestedSpanOf(query)));
  }
}
