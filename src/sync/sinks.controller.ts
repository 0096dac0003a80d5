import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { AttemptResponse } from './dto/delivery.response';
import { SinkListResponse, SinkResponse } from './dto/sink.response';
import { SinksQueries } from './sinks.queries';
import { SinksService } from './sinks.service';

@ApiTags('sinks')
@Controller({ path: 'sinks', version: '1' })
export class SinksController {
  constructor(
    private readonly queries: SinksQueries,
    private readonly service: SinksService,
  ) {}

  /** The receivers of session events, and how they are doing. */
  @Get()
  @Scope('deliveries.read')
  @ApiResponse({ status: 200, type: SinkListResponse })
  @ApiProblems({ 503: ['storage-unavailable'] })
  async list(): Promise<SinkListResponse> {
    return new SinkListResponse(await this.queries.all());
  }

  /** A receiver of session events, and how it is doing. */
  @Get(':name')
  @Scope('deliveries.read')
  @ApiResponse({ status: 200, type: SinkResponse })
  @ApiProblems({ 404: ['sink-not-found'], 503: ['storage-unavailable'] })
  async get(@Param('name') name: string): Promise<SinkResponse> {
    return new SinkResponse(await this.queries.get(name));
  }

  /** Keeps the sink's events until it is resumed; what is in flight is finished. Pausing twice changes nothing. */
  @Post(':name/pause')
  @Scope('deliveries.operate')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: SinkResponse })
  @ApiProblems({ 404: ['sink-not-found'], 503: ['storage-unavailable', 'shutting-down'] })
  async pause(@Param('name') name: string): Promise<SinkResponse> {
    await this.service.pause(name);
    return this.get(name);
  }

  /** Delivers again, what has waited first. */
  @Post(':name/resume')
  @Scope('deliveries.operate')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: SinkResponse })
  @ApiProblems({ 404: ['sink-not-found'], 503: ['storage-unavailable', 'shutting-down'] })
  async resume(@Param('name') name: string): Promise<SinkResponse> {
    await this.service.resume(name);
    return this.get(name);
  }

  /** Hands an event of type `session.test` to the receiver, once, beside the queue, and tells what came of it. */
  @Post(':name/test')
  @Scope('deliveries.operate')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: AttemptResponse })
  @ApiProblems({
    404: ['sink-not-found'],
    429: ['too-many-in-flight'],
    503: ['storage-unavailable', 'shutting-down'],
  })
  async test(@Param('name') name: string): Promise<AttemptResponse> {
    return new AttemptResponse(await this.service.test(name));
  }
}
