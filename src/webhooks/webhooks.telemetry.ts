import { Injectable, Logger } from '@nestjs/common';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Clock } from '../common/time/clock';
import { Metrics } from '../metrics/metrics';
import type { Delivery } from '../sync/domain/delivery';
import type { RelayTelemetry } from '../sync/ports/relay-telemetry';
import { WEBHOOK_STATUSES } from './domain/webhook';
import type { WebhookEvent } from './domain/webhook-event';
import { WebhookQueue, type WebhookTotals } from './ports/webhook-queue';

/**
 * The business events of webhooks: log line and counter side by side. Lines name webhooks by id and never by URL; no
 * metric names one. What callers do to their receivers is no error of this service, so that no line is above `warn`.
 */
@Injectable()
export class WebhooksTelemetry implements RelayTelemetry<WebhookEvent> {
  private readonly log = new Logger('Webhooks');
  /** All gauges of a scrape share one reading. */
  private reading: Promise<WebhookTotals> | undefined;
  private readonly attempts;
  private readonly latencies;
  private readonly delays;
  private readonly blocked;

  constructor(
    metrics: Metrics,
    private readonly queue: WebhookQueue,
    private readonly poison: PoisonMessageReporter,
    clock: Clock,
  ) {
    this.attempts = metrics.counter('webhook_attempts_total', 'Attempts to deliver to webhooks by result', [
      'result',
    ]);
    this.latencies = metrics.histogram(
      'webhook_duration_seconds',
      'Latency of deliveries that webhooks accepted',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    );
    this.delays = metrics.histogram(
      'webhook_event_delay_seconds',
      'Time from the event, or from a caller asking again, to its delivery to a webhook',
      [0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600],
    );
    this.blocked = metrics.counter(
      'webhook_egress_blocked_total',
      'Deliveries to webhooks refused because of their address',
    );
    metrics.gaugeBy('webhooks', 'Webhooks of callers by status', 'status', () =>
      Object.fromEntries(
        WEBHOOK_STATUSES.map((status) => [status, async () => (await this.totals()).webhooks[status]]),
      ),
    );
    metrics.gauge(
      'webhook_pending',
      'Events waiting for webhooks',
      async () => (await this.totals()).pending,
    );
    metrics.gauge(
      'webhook_oldest_age_seconds',
      'For how long the oldest event waiting for an active webhook has been waiting',
      async () => {
        const { oldestAt } = await this.totals();
        return oldestAt === undefined ? 0 : (clock.now() - oldestAt) / 1000;
      },
    );
    metrics.gauge(
      'webhook_dead',
      'Events for webhooks that were given up and are still kept',
      async () => (await this.totals()).dead,
    );
  }

  failing(webhookId: string): void {
    this.log.warn({ message: 'Webhook failing; probes only', webhookId });
  }

  recovered(webhookId: string): void {
    this.log.log({ message: 'Webhook recovered; postponed deliveries resumed', webhookId });
  }

  /** Its receiver is gone, or was failing for too long. */
  receiverGone(webhookId: string): void {
    this.log.warn({ message: 'Webhook paused or disabled until its caller resumes it', webhookId });
  }

  delivered({ queuedAt }: Delivery<WebhookEvent>, latencyMs: number, now: number): void {
    this.attempts.inc({ result: 'ok' });
    this.latencies.observe(latencyMs / 1000);
    this.delays.observe(Math.max(0, now - queuedAt) / 1000);
  }

  postponed(delivery: Delivery<WebhookEvent>, error: unknown, delayMs: number): void {
    this.attempts.inc({ result: 'failed' });
    this.log.debug({
      message: 'Webhook delivery failed; retried later',
      ...factsOf(delivery),
      delayMs,
      error,
    });
  }

  buried(delivery: Delivery<WebhookEvent>, error: unknown): void {
    this.attempts.inc({ result: 'dead' });
    this.log.warn({ message: 'Webhook delivery given up; event too old', ...factsOf(delivery), error });
  }

  poisoned({ sink, event }: Delivery<WebhookEvent>, error: unknown): void {
    this.poison.report('deliveries', `${sink} ${event.id}`, error, event.conversationId);
  }

  operationFailed(error: unknown): void {
    this.log.warn({ message: 'Webhook queue access failed; retried later', error });
  }

  expiryNotQueued(error: unknown, conversationId: string): void {
    this.log.warn({ message: 'Expiry not told to webhooks', error, conversationId });
  }

  purgeFailed(error: unknown): void {
    this.log.warn({ message: 'Webhook purge failed; retried later', error });
  }

  egressBlocked(): void {
    this.blocked.inc();
  }

  private totals(): Promise<WebhookTotals> {
    this.reading ??= this.queue.totals().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }
}

function factsOf({
  sink: webhookId,
  event,
  attempts,
}: Delivery<WebhookEvent>): Record<string, string | number> {
  const { conversationId, id: eventId, sequence, type } = event;
  return { webhookId, conversationId, eventId, sequence, type, attempts: attempts + 1 };
}
