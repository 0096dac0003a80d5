import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCaller } from '../access/current-caller.decorator';
import { Caller } from '../access/domain/caller';
import { Scope } from '../common/access/route-access.decorator';
import { PageQueryDto } from '../common/pagination/page-query.dto';
import { ApiProblems } from '../common/problem/problem.response';
import { DEFAULT_TYPES } from './domain/webhook-event-type';
import { RotateSecretDto } from './dto/rotate-secret.dto';
import { CreateWebhookDto, UpdateWebhookDto } from './dto/webhook-settings.dto';
import { WebhookAttemptResponse } from './dto/webhook-delivery.response';
import {
  WebhookListResponse,
  WebhookOverviewResponse,
  WebhookResponse,
  WebhookWithSecretResponse,
} from './dto/webhook.response';
import { WebhookTests } from './webhook-tests';
import { WebhooksQueries } from './webhooks.queries';
import { WebhooksService } from './webhooks.service';

const BODY_PROBLEMS = {
  413: ['payload-too-large'],
  415: ['unsupported-media-type'],
  503: ['storage-unavailable', 'shutting-down'],
} as const;

@ApiTags('webhooks')
@Controller({ path: 'webhooks', version: '1' })
export class WebhooksController {
  constructor(
    private readonly queries: WebhooksQueries,
    private readonly service: WebhooksService,
    private readonly tests: WebhookTests,
  ) {}

  /**
   * Registers a receiver of events. Its secret is shown in this answer only. It gets events once it has accepted a test
   * event; see `POST /v1/webhooks/{webhookId}/test`.
   */
  @Post()
  @Scope('webhooks.manage')
  @Header('cache-control', 'no-store')
  @ApiResponse({ status: 201, type: WebhookWithSecretResponse })
  @ApiProblems({
    400: ['malformed-json', 'validation-failed'],
    409: ['webhook-limit-reached'],
    422: ['webhook-url-refused'],
    ...BODY_PROBLEMS,
  })
  async create(
    @Body() { url, description = '', types = [...DEFAULT_TYPES], sessions = 'own' }: CreateWebhookDto,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookWithSecretResponse> {
    const created = await this.service.create({ url, description, types, sessions }, caller);
    return new WebhookWithSecretResponse(created);
  }

  /** Lists the caller's webhooks, or all with the scope `sessions.any`; the last created first. */
  @Get()
  @Scope('webhooks.manage')
  @ApiResponse({ status: 200, type: WebhookListResponse })
  @ApiProblems({ 400: ['validation-failed'], 503: ['storage-unavailable'] })
  async list(@Query() query: PageQueryDto, @CurrentCaller() caller: Caller): Promise<WebhookListResponse> {
    const { items, nextCursor } = await this.queries.list(query, caller);
    return new WebhookListResponse(items, nextCursor);
  }

  /** A webhook, and the events that wait for it. */
  @Get(':webhookId')
  @Scope('webhooks.manage')
  @ApiResponse({ status: 200, type: WebhookOverviewResponse })
  @ApiProblems({ 404: ['webhook-not-found'], 503: ['storage-unavailable'] })
  async get(
    @Param('webhookId') id: string,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookOverviewResponse> {
    const { webhook, backlog } = await this.queries.overview(id, caller);
    return new WebhookOverviewResponse(webhook, backlog);
  }

  /** Changes a webhook. With another URL it is unverified, and its events are kept until it is verified. */
  @Patch(':webhookId')
  @Scope('webhooks.manage')
  @ApiResponse({ status: 200, type: WebhookResponse })
  @ApiProblems({
    400: ['malformed-json', 'validation-failed'],
    404: ['webhook-not-found'],
    422: ['webhook-url-refused'],
    ...BODY_PROBLEMS,
  })
  async update(
    @Param('webhookId') id: string,
    @Body() changes: UpdateWebhookDto,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookResponse> {
    return new WebhookResponse(await this.service.update(id, changes, caller));
  }

  /** Deletes a webhook with its events. Of what is in flight, the receiver may still get each event once. */
  @Delete(':webhookId')
  @Scope('webhooks.manage')
  @HttpCode(204)
  @ApiResponse({ status: 204 })
  @ApiProblems({ 404: ['webhook-not-found'], 503: ['storage-unavailable', 'shutting-down'] })
  async delete(@Param('webhookId') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.service.delete(id, caller);
  }

  /** Generates another secret, shown in this answer only. Both sign until the overlap is over. */
  @Post(':webhookId/rotate-secret')
  @Scope('webhooks.manage')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiResponse({ status: 200, type: WebhookWithSecretResponse })
  @ApiProblems({
    400: ['malformed-json', 'validation-failed'],
    404: ['webhook-not-found'],
    ...BODY_PROBLEMS,
  })
  async rotateSecret(
    @Param('webhookId') id: string,
    @Body() { overlapSeconds }: RotateSecretDto,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookWithSecretResponse> {
    return new WebhookWithSecretResponse(await this.service.rotateSecret(id, overlapSeconds * 1000, caller));
  }

  /** Keeps the webhook's events until it is resumed; what is in flight is finished. Pausing twice changes nothing. */
  @Post(':webhookId/pause')
  @Scope('webhooks.manage')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: WebhookResponse })
  @ApiProblems({ 404: ['webhook-not-found'], 503: ['storage-unavailable', 'shutting-down'] })
  async pause(@Param('webhookId') id: string, @CurrentCaller() caller: Caller): Promise<WebhookResponse> {
    return new WebhookResponse(await this.service.pause(id, caller));
  }

  /** Delivers again, what has waited first. A disabled webhook gets the events from now on. */
  @Post(':webhookId/resume')
  @Scope('webhooks.manage')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: WebhookResponse })
  @ApiProblems({
    404: ['webhook-not-found'],
    409: ['webhook-not-verified'],
    503: ['storage-unavailable', 'shutting-down'],
  })
  async resume(@Param('webhookId') id: string, @CurrentCaller() caller: Caller): Promise<WebhookResponse> {
    return new WebhookResponse(await this.service.resume(id, caller));
  }

  /**
   * Sends an event of type `webhook.test`, once, beside the queue, and tells its outcome. The first one that is accepted
   * verifies the webhook: it gets the events from then on.
   */
  @Post(':webhookId/test')
  @Scope('webhooks.manage')
  @HttpCode(200)
  @ApiResponse({ status: 200, type: WebhookAttemptResponse })
  @ApiProblems({
    404: ['webhook-not-found'],
    429: ['too-many-in-flight'],
    503: ['storage-unavailable', 'shutting-down'],
  })
  async test(
    @Param('webhookId') id: string,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookAttemptResponse> {
    return new WebhookAttemptResponse(await this.tests.test(id, caller));
  }
}
