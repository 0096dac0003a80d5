import { CALLERS, ReplicaPair } from '../support/replica-pair';
import { SpanCollector } from '../support/span-collector';
import { until } from '../support/until';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
const TYPING = 'POST /v1/sessions/:conversationId/typing';

describe('the trace of a forwarded request', () => {
  it('spans both replicas, and one of a guest socket leads from its opening', async () => {
    await using collector = await SpanCollector.start();
    await using pair = await ReplicaPair.start(collector.environment);
    const { id } = await pair.opened();
    const headers = { ...CALLERS.operator.headers, traceparent: TRACEPARENT };
    const { status } = await pair
      .thereAs({ ...CALLERS.operator, headers })
      .request('POST', `/v1/sessions/${id}/typing`);
    expect(status).toBe(202);
    await until(() => collector.named(TYPING).length === 2 && collector.named('session.open').length > 0);
    const forward = collector.named('replica.forward')[0];
    const [first, second] = ['00f067aa0ba902b7', forward?.spanId].map((parent) =>
      collector.named(TYPING).find(({ parentId }) => parentId === parent),
    );

    expect([first?.traceId, second?.traceId]).toEqual([TRACE_ID, TRACE_ID]);
    expect(forward?.parentId).toBe(first?.spanId);
    await until(() => collector.named('guest-socket.connect').length > 0);
    const opening = collector.named('session.open')[0];
    expect(collector.named('guest-socket.connect')[0]?.parentId).toBe(opening?.spanId);
  });
});
