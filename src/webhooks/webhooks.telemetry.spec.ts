import { RecordingLog } from '../audit/recording-log.fake';
import { isAllowedField } from '../common/logging/redaction';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { SettableClock } from '../common/time/settable-clock.fake';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import type { Delivery } from '../sync/domain/delivery';
import type { WebhookEvent } from './domain/webhook-event';
import { FakeWebhookQueue } from './ports/webhook-queue.fake';
import { WebhooksTelemetry } from './webhooks.telemetry';

const NOW = 1_800_000_000_000;
const DELIVERY: Delivery<WebhookEvent> = {
  event: {
    id: 'e1',
    conversationId: 'c1',
    sequence: 3,
    type: 'message.sent',
    occurredAt: NOW - 2_000,
    data: { text: 'canary-text' },
    target: { url: 'https://receiver.example/canary-path', secrets: [{ secret: 'whsec_canary' }] },
  },
  sink: 'w1',
  attempts: 1,
  queuedAt: NOW - 1_000,
};

let log: RecordingLog;
let metrics: ReadableMetrics;
let telemetry: WebhooksTelemetry;

beforeEach(() => {
  log = RecordingLog.install();
  metrics = new ReadableMetrics();
  const poison = new PoisonMessageReporter();
  telemetry = new WebhooksTelemetry(metrics, new FakeWebhookQueue(), poison, new SettableClock());
});

describe(WebhooksTelemetry.name, () => {
  it('logs failures with allowed fields, and without the event, its URL and its secrets', () => {
    telemetry.failing('w1');
    telemetry.postponed(DELIVERY, new Error('status 500'), 5_000);
    telemetry.buried(DELIVERY, new Error('status 500'));
    telemetry.receiverGone('w1');
    telemetry.operationFailed(new Error('away'));
    telemetry.purgeFailed(new Error('away'));
    telemetry.expiryNotQueued(new Error('away'), 'c1');

    const lines = log.lines.map(({ message }) => message as Record<string, unknown>);
    expect(lines).toHaveLength(7);
    expect(lines.flatMap(Object.keys).filter((name) => !isAllowedField(name))).toEqual([]);
    expect(lines[1]).toMatchObject({ webhookId: 'w1', eventId: 'e1', type: 'message.sent', attempts: 2 });
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  it('has no line above the level warn, since receivers are the concern of their callers', () => {
    telemetry.failing('w1');
    telemetry.buried(DELIVERY, new Error('status 500'));

    expect(log.at('error')).toEqual([]);
    expect(log.at('warn')).toHaveLength(2);
  });

  it('counts attempts by their result', async () => {
    telemetry.delivered(DELIVERY, 40, NOW);
    telemetry.postponed(DELIVERY, new Error('status 500'), 5_000);
    telemetry.buried(DELIVERY, new Error('status 500'));

    for (const result of ['ok', 'failed', 'dead'])
      expect(await metrics.sample(`webhook_attempts_total{result="${result}"}`)).toBe(1);
    expect(await metrics.sample('webhook_duration_seconds_sum')).toBe(0.04);
    expect(await metrics.sample('webhook_event_delay_seconds_sum')).toBe(1);
  });
});
