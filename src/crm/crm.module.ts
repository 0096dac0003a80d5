import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { HttpClient } from '../common/http/http-client';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { Clock } from '../common/time/clock';
import { WebhookClient } from '../common/webhook/webhook-client';
import { CrmConfig } from '../config/crm.config';
import { ProxyConfig } from '../config/proxy.config';
import { EventSinks } from '../sync/ports/event-sinks';
import { CrmWebhookSink } from './crm-webhook-sink';
import { CrmTelemetry } from './crm.telemetry';

const CONNECTIONS = 64;

/** The adapter to the CRM, one of the event sinks. */
@Global()
@Module({
  imports: [
    OutboundHttpModule.withConnections(CONNECTIONS, {
      inject: [CrmConfig, ProxyConfig],
      useFactory: ({ allowPrivate }: CrmConfig, { webhookProxies: proxies }: ProxyConfig) => ({
        publicOnly: !allowPrivate,
        proxies,
      }),
    }),
  ],
  providers: [
    CrmTelemetry,
    {
      provide: WebhookClient,
      inject: [HttpClient, Clock],
      useFactory: (http: HttpClient, clock: Clock) => new WebhookClient(http, clock),
    },
    CrmWebhookSink,
  ],
  exports: [CrmWebhookSink],
})
export class CrmModule implements OnModuleInit {
  constructor(
    private readonly sinks: EventSinks,
    private readonly crm: CrmWebhookSink,
    private readonly config: CrmConfig,
  ) {}

  onModuleInit(): void {
    if (this.config.webhookUrl !== undefined) this.sinks.add(this.crm);
  }
}
