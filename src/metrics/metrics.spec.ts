import { HttpTelemetry } from './http.telemetry';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';
import { SummaryService } from './summary.service';
import { FakeSummaryStore } from './ports/summary.store.fake';
import { ReadableMetrics } from './readable-metrics.fake';

describe(Metrics.name, () => {
  it('prefixes every name of the service', async () => {
    const metrics = new ReadableMetrics();
    metrics.counter('things_total', 'Things', ['kind']).inc({ kind: 'a' }, 2);

    const { contentType, text } = await metrics.page();

    expect(contentType).toMatch(/^text\/plain/);
    expect(text).toContain('# HELP guest_sessions_things_total Things');
    expect(text).toContain('guest_sessions_things_total{kind="a"} 2');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('keeps applications in one process apart', async () => {
    const [one, other] = [new ReadableMetrics(), new ReadableMetrics()];
    one.counter('things_total', 'Things').inc();
    other.counter('things_total', 'Things');

    expect(await one.sample('things_total')).toBe(1);
    expect(await other.sample('things_total')).toBe(0);
  });

  describe('a gauge', () => {
    it('reads its value when the page is requested', async () => {
      const metrics = new ReadableMetrics();
      let value = 1;
      metrics.gauge('level', 'Level', () => value);
      metrics.gauge('depth', 'Depth', () => Promise.resolve(value * 10));

      expect([await metrics.sample('level'), await metrics.sample('depth')]).toEqual([1, 10]);
      value = 2;
      expect([await metrics.sample('level'), await metrics.sample('depth')]).toEqual([2, 20]);
    });

    it('is NaN if its value cannot be read, and the page stays readable', async () => {
      const metrics = new ReadableMetrics();
      let isAway = false;
      metrics.gauge('rejected', 'A', () => (isAway ? Promise.reject(new Error('No database')) : 5));
      metrics.gauge('thrown', 'B', () => {
        throw new Error('No database');
      });
      metrics.gauge('well', 'C', () => 7);
      expect(await metrics.sample('rejected')).toBe(5);

      isAway = true;

      expect(await metrics.sample('rejected')).toBeNaN();
      expect(await metrics.sample('thrown')).toBeNaN();
      expect(await metrics.sample('well')).toBe(7);
      isAway = false;
      expect(await metrics.sample('rejected')).toBe(5);
    });
  });
});

describe(HttpTelemetry.name, () => {
  it('observes served requests in seconds', async () => {
    const metrics = new ReadableMetrics();
    const { observe } = new HttpTelemetry(metrics);

    observe({ route: '/v1/sessions', method: 'POST', statusClass: '2xx', durationMs: 250 });

    const labels = 'route="/v1/sessions",method="POST",status_class="2xx"';
    expect(await metrics.sample(`http_request_duration_seconds_sum{${labels}}`)).toBe(0.25);
  });
});

describe(MetricsController.name, () => {
  it('serves the summary and the page', async () => {
    const controller = new MetricsController(
      new SummaryService(new FakeSummaryStore({ sessionsStarted: 3 })),
      new Metrics(),
    );
    const sent: string[] = [];

    await controller.prometheus({
      type: (contentType) => ({
        send: (body) => {
          sent.push(contentType, body);
        },
      }),
    });

    expect(await controller.summary()).toMatchObject({ totalSessions: 3 });
    expect(sent[0]).toMatch(/^text\/plain; version=/);
    expect(sent[1]).toContain('nodejs_');
  });
});
