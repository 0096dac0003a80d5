import type { HttpClient } from '../common/http/http-client';
import type { Clock } from '../common/time/clock';
import { SystemClock } from '../common/time/system-clock';
import { WebhookClient } from '../common/webhook/webhook-client';
import { CrmConfig } from '../config/crm.config';
import { Environment } from '../config/environment';
import { Metrics } from '../metrics/metrics';
import { CrmWebhookSink } from './crm-webhook-sink';
import { CrmTelemetry } from './crm.telemetry';

interface SinkFacts {
  readonly environment?: Partial<Environment>;
  readonly clock?: Clock;
  readonly telemetry?: CrmTelemetry;
}

/** The real sink over an `HttpClient`, whose pool decides on the addresses that it may connect to. */
export function aWebhookSink(http: HttpClient, facts: SinkFacts = {}): CrmWebhookSink {
  const config = new CrmConfig(Object.assign(new Environment(), facts.environment));
  const { clock = new SystemClock(), telemetry = new CrmTelemetry(new Metrics()) } = facts;
  return new CrmWebhookSink(new WebhookClient(http, clock), config, telemetry);
}
