import { Controller, Get, Header, Res, VERSION_NEUTRAL, Version } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiResponse, ApiTags } from '@nestjs/swagger';
import { PublicIf, Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { Metrics } from './metrics';
import { MetricsResponse } from './metrics.response';
import { SummaryService } from './summary.service';

interface Reply {
  type(contentType: string): { send(body: string): void };
}

@ApiTags('metrics')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly service: SummaryService,
    private readonly metrics: Metrics,
  ) {}

  /** The summary: mean delivery latency, disconnection rate, sessions started. */
  @Get()
  @Version('1')
  @Scope('sessions.read')
  @Header('cache-control', 'no-store')
  @ApiResponse({ status: 200, type: MetricsResponse })
  @ApiProblems({ 503: ['storage-unavailable'] })
  summary(): Promise<MetricsResponse> {
    return this.service.summary();
  }

  @Get()
  @Version(VERSION_NEUTRAL)
  @PublicIf('metrics')
  @ApiExcludeEndpoint()
  async prometheus(@Res() reply: Reply): Promise<void> {
    const { contentType, text } = await this.metrics.page();
    reply.type(contentType).send(text);
  }
}
