import { Global, Module } from '@nestjs/common';
import { HttpClient } from '../common/http/http-client';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { Clock } from '../common/time/clock';
import { WebhookClient } from '../common/webhook/webhook-client';
import { WebhooksConfig } from '../config/webhooks.config';
import { DynamicSinks } from '../sync/ports/dynamic-sinks';
import { SessionWebhooks } from '../session/ports/session-webhooks';
import { ExpiryNotices } from './expiry-notices';
import { RegisteredWebhooks } from './registered-webhooks';
import { WebhookDeliveriesController } from './webhook-deliveries.controller';
import { WebhookDeliveriesService } from './webhook-deliveries.service';
import { WebhookFanOut } from './webhook-fan-out';
import { WebhookOwners } from './webhook-owners';
import { WebhookSubscribers } from './webhook-subscribers';
import { WebhookRetention } from './webhook-retention';
import { WebhookSink } from './webhook-sink';
import { WebhookSinks } from './webhook-sinks';
import { WebhookTests } from './webhook-tests';
import { WebhookUrlRules } from './webhook-url-rules';
import { WebhooksController } from './webhooks.controller';
import { WebhooksQueries } from './webhooks.queries';
import { WebhooksService } from './webhooks.service';
import { WebhooksTelemetry } from './webhooks.telemetry';

/**
 * Per origin. Many webhooks may have the same one, such as that of an integration platform, and slow ones among them must leave
 * connections to the others: the deliveries in flight are bounded for each webhook, and for all slow ones together.
 */
const CONNECTIONS = 1_024;

/** Receivers of events that callers register. Needs the stores of `ports/`, the feed and the channels' events. */
@Global()
@Module({
  imports: [
    OutboundHttpModule.withConnections(CONNECTIONS, {
      inject: [WebhooksConfig],
      useFactory: ({ allowPrivate, proxies }: WebhooksConfig) => ({ publicOnly: !allowPrivate, proxies }),
    }),
  ],
  controllers: [WebhooksController, WebhookDeliveriesController],
  providers: [
    {
      provide: WebhookClient,
      inject: [HttpClient, Clock],
      useFactory: (http: HttpClient, clock: Clock) => new WebhookClient(http, clock),
    },
    ExpiryNotices,
    WebhookDeliveriesService,
    WebhookFanOut,
    WebhookOwners,
    WebhookRetention,
    WebhookSubscribers,
    WebhookSink,
    WebhookSinks,
    WebhookTests,
    WebhookUrlRules,
    WebhooksQueries,
    WebhooksService,
    WebhooksTelemetry,
    { provide: SessionWebhooks, useClass: RegisteredWebhooks },
    { provide: DynamicSinks, useExisting: WebhookSinks },
  ],
  exports: [DynamicSinks, SessionWebhooks],
})
export class WebhooksModule {}
