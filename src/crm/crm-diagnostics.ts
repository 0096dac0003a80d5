import { v4 as uuid } from 'uuid';
import { HttpClient } from '../common/http/http-client';
import { OutboundPool } from '../common/http/outbound-pool';
import { undiciHttpService } from '../common/http/undici-http-service';
import { SystemClock } from '../common/time/system-clock';
import { WebhookClient } from '../common/webhook/webhook-client';
import { CrmConfig } from '../config/crm.config';
import type { Environment } from '../config/environment';
import { ProxyConfig } from '../config/proxy.config';
import { Metrics } from '../metrics/metrics';
import type { Attempt } from '../sync/domain/delivery';
import { testAttempt } from '../sync/ports/sink-attempt';
import { CrmWebhookSink } from './crm-webhook-sink';
import { CrmTelemetry } from './crm.telemetry';

/** Sends the test event of `POST /v1/sinks/crm/test` to the CRM, without a record of it. Disposing it closes the connections. */
export class CrmDiagnostics implements AsyncDisposable {
  private readonly clock = new SystemClock();
  private readonly pool: OutboundPool;
  private readonly sink: CrmWebhookSink;

  constructor(environment: Environment) {
    const config = new CrmConfig(environment);
    const { webhookProxies: proxies } = new ProxyConfig(environment);
    this.pool = new OutboundPool(1, { publicOnly: !config.allowPrivate, proxies });
    const http = new HttpClient(undiciHttpService(this.pool));
    this.sink = new CrmWebhookSink(
      new WebhookClient(http, this.clock),
      config,
      new CrmTelemetry(new Metrics()),
    );
  }

  /** Resolves with the outcome of the attempt, which takes 15 seconds at most. */
  test(): Promise<Attempt> {
    const event = {
      id: uuid(),
      conversationId: uuid(),
      sequence: 1,
      state: 'test' as const,
      occurredAt: this.clock.now(),
      metadata: {},
    };
    return testAttempt(this.sink, event, this.clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.destroy();
  }
}
