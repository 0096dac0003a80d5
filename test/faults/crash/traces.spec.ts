import { ProcessWorld } from '../../support/process-world';
import { ServiceStorages } from '../../support/service-storage';
import { SpanCollector } from '../../support/span-collector';
import { until } from '../../support/until';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each(['SQLite', 'PostgreSQL'] as const)('the trace of an event on %s', (database) => {
  it('is continued by its delivery after the process that caused it was killed', async () => {
    await using collector = await SpanCollector.start();
    const storage = await storages.create(database);
    const world = await ProcessWorld.start(storage, {
      environment: { ...collector.environment, SYNC_FIRST_RETRY_MS: '100' },
    });
    try {
      world.crm.faults.add({ fault: { kind: 'status', status: 500 } });
      const response = await fetch(`${world.service.url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` },
        body: JSON.stringify({ queueId: 'queue' }),
      });
      expect(response.status).toBe(201);
      await until(() => world.crm.requests.find({}).length > 0);
      await world.service.kill();
      collector.spans.length = 0;
      world.crm.faults.clear();
      await world.restart();
      await until(() => collector.named('delivery.attempt').some(({ isFailed }) => !isFailed));
      const delivery = collector.named('delivery.attempt').find(({ isFailed }) => !isFailed);

      expect(delivery?.traceId).toBe(TRACE_ID);
      expect(world.crm.requests.find({}).at(-1)?.headers['traceparent']).toBe(
        `00-${TRACE_ID}-${delivery?.spanId}-01`,
      );
    } finally {
      await world.stop();
      await storage.remove();
    }
  });
});
