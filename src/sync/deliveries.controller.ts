import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { DeliveriesQueries } from './deliveries.queries';
import { DeliveriesService } from './deliveries.service';
import { DeliveryHistoryResponse, DeliveryListResponse } from './dto/delivery.response';
import { ListDeliveriesDto } from './dto/list-deliveries.dto';
import { ReplayDeliveriesDto, ReplayResponse, selectionOf } from './dto/replay-deliveries.dto';

@ApiTags('deliveries')
@Controller({ path: 'deliveries', version: '1' })
export class DeliveriesController {
  constructor(
    private readonly queries: DeliveriesQueries,
    private readonly service: DeliveriesService,
  ) {}

  /** Lists deliveries, the last queued first. */
  @Get()
  @Scope('deliveries.read')
  @ApiResponse({ status: 200, type: DeliveryListResponse })
  @ApiProblems({ 400: ['validation-failed'], 503: ['storage-unavailable'] })
  async list(@Query() query: ListDeliveriesDto): Promise<DeliveryListResponse> {
    const { deliveries, nextCursor } = await this.queries.list(query);
    return new DeliveryListResponse(deliveries, nextCursor);
  }

  /** A delivery with its attempts. */
  @Get(':id')
  @Scope('deliveries.read')
  @ApiResponse({ status: 200, type: DeliveryHistoryResponse })
  @ApiProblems({ 404: ['delivery-not-found'], 503: ['storage-unavailable'] })
  async get(@Param('id') id: string): Promise<DeliveryHistoryResponse> {
    const { delivery, attempts } = await this.queries.get(id);
    return new DeliveryHistoryResponse(delivery, attempts);
  }

  /** Attempts a delivery again at once, in its conversation's order, also when it was accepted or given up. */
  @Post(':id/retry')
  @Scope('deliveries.operate')
  @HttpCode(202)
  @ApiResponse({ status: 202, type: DeliveryHistoryResponse })
  @ApiProblems({ 404: ['delivery-not-found'], 503: ['storage-unavailable', 'shutting-down'] })
  async retry(@Param('id') id: string): Promise<DeliveryHistoryResponse> {
    await this.service.retry(id);
    return this.get(id);
  }

  /** Delivers again, under the same ids and in order: a conversation's events, or those of a span of time. */
  @Post('replay')
  @Scope('deliveries.operate')
  @HttpCode(202)
  @ApiResponse({ status: 202, type: ReplayResponse })
  @ApiProblems({
    400: ['malformed-json', 'validation-failed'],
    413: ['payload-too-large'],
    415: ['unsupported-media-type'],
    503: ['storage-unavailable', 'shutting-down'],
  })
  async replay(@Body() dto: ReplayDeliveriesDto): Promise<ReplayResponse> {
    return { replayed: await this.service.replay(selectionOf(dto)) };
  }
}
