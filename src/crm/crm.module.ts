import { Global, Module } from '@nestjs/common';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { CrmWebhookSink } from './crm-webhook.sink';

const CONNECTIONS = 64;

/** The adapter to the CRM. */
@Global()
@Module({
  imports: [OutboundHttpModule.withConnections(CONNECTIONS)],
  providers: [CrmWebhookSink],
  exports: [CrmWebhookSink],
})
export class CrmModule {}
