import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../access/current-caller.decorator';
import { Caller } from '../access/domain/caller';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import {
  boundsOf,
  ListWebhookDeliveriesDto,
  ReplayWebhookDto,
  WebhookReplayResponse,
} from './dto/webhook-deliveries.dto';
import { WebhookDeliveryHistoryResponse, WebhookDeliveryListResponse } from './dto/webhook-delivery.response';
import { WebhookDeliveriesService } from './webhook-deliveries.service';

@ApiTags('webhooks')
@Controller({ path: 'webhooks/:webhookId', version: '1' })
export class WebhookDeliveriesController {
  constructor(private readonly service: WebhookDeliveriesService) {}

  /** The delivery log of a webhook, the last queued first. Deliveries are kept for seven days. */
  @Get('deliveries')
  @Scope('webhooks.manage')
  @ApiResponse({ status: 200, type: WebhookDeliveryListResponse })
  @ApiProblems({
    400: ['validation-failed'],
    404: ['webhook-not-found'],
    503: ['storage-unavailable'],
  })
  async list(
    @Param('webhookId') webhookId: string,
    @Query() query: ListWebhookDeliveriesDto,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookDeliveryListResponse> {
    const { items, nextCursor } = await this.service.list(webhookId, query, caller);
    return new WebhookDeliveryListResponse(items, nextCursor);
  }

  /** A delivery with its attempts. */
  @Get('deliveries/:eventId')
  @Scope('webhooks.manage')
  @ApiResponse({ status: 200, type: WebhookDeliveryHistoryResponse })
  @ApiProblems({ 404: ['webhook-not-found', 'delivery-not-found'], 503: ['storage-unavailable'] })
  async get(
    @Param('webhookId') webhookId: string,
    @Param('eventId') eventId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookDeliveryHistoryResponse> {
    const { delivery, attempts } = await this.service.get(webhookId, eventId, caller);
    return new WebhookDeliveryHistoryResponse(delivery, attempts);
  }

  /** Attempts a delivery again at once, in its conversation's order, also when it was accepted or given up. */
  @Post('deliveries/:eventId/retry')
  @Scope('webhooks.manage')
  @HttpCode(202)
  @ApiResponse({ status: 202, type: WebhookDeliveryHistoryResponse })
  @ApiProblems({
    404: ['webhook-not-found', 'delivery-not-found'],
    503: ['storage-unavailable', 'shutting-down'],
  })
  async retry(
    @Param('webhookId') webhookId: string,
    @Param('eventId') eventId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookDeliveryHistoryResponse> {
    await this.service.retry(webhookId, eventId, caller);
    return this.get(webhookId, eventId, caller);
  }

  /** Delivers again, under the same ids and in order: a conversation's events, or those of a span of time. */
  @Post('replay')
  @Scope('webhooks.manage')
  @HttpCode(202)
  @ApiResponse({ status: 202, type: WebhookReplayResponse })
  @ApiProblems({
    400: ['malformed-json', 'validation-failed'],
    404: ['webhook-not-found'],
    413: ['payload-too-large'],
    415: ['unsupported-media-type'],
    503: ['storage-unavailable', 'shutting-down'],
  })
  async replay(
    @Param('webhookId') webhookId: string,
    @Body() dto: ReplayWebhookDto,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookReplayResponse> {
    return { replayed: await this.service.replay(webhookId, boundsOf(dto), caller) };
  }
}
