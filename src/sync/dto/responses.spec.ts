import { aDeliveryRecord, anEventId } from '../domain/delivery-record.builder';
import {
  AttemptResponse,
  DeliveryHistoryResponse,
  DeliveryListResponse,
  DeliveryResponse,
} from './delivery.response';
import { SinkListResponse, SinkResponse } from './sink.response';

const AT = 1_800_000_000_000;
const TIME = '2027-01-15T08:00:00.000Z';

/** As it goes over the wire. */
const sent = (response: object): unknown => JSON.parse(JSON.stringify(response));

describe(DeliveryResponse.name, () => {
  const record = aDeliveryRecord(
    { attempts: 2, queuedAt: AT, nextAttemptAt: AT + 1_000, lastError: 'status 503' },
    { conversationId: 'c', occurredAt: AT, metadata: { queueId: 'canary' } },
  );

  it('tells everything about a delivery that is waiting, and nothing of what the event says', () => {
    expect(sent(new DeliveryResponse(record))).toEqual({
      id: `crm.${anEventId(1)}`,
      sink: 'crm',
      status: 'pending',
      failures: 2,
      queuedAt: TIME,
      nextAttemptAt: '2027-01-15T08:00:01.000Z',
      lastError: 'status 503',
      event: {
        id: anEventId(1),
        type: 'session.connected',
        conversationId: 'c',
        sequence: 1,
        occurredAt: TIME,
      },
    });
  });

  it('tells why the session of the event ended', () => {
    const metadata = { endReason: 'expired', endCause: 'SessionExpiredEvent' };
    const ended = aDeliveryRecord({}, { state: 'disconnected', metadata });

    expect(sent(new DeliveryResponse(ended))).toMatchObject({ event: metadata });
  });

  it.each(['delivered', 'dead'] as const)(
    'names no next attempt of one that is %s, but its end',
    (status) => {
      const response = sent(new DeliveryResponse({ ...record, status, settledAt: AT }));

      expect(response).toMatchObject({ status, settledAt: TIME });
      expect(response).not.toHaveProperty('nextAttemptAt');
    },
  );

  it('comes with its attempts, and in pages', () => {
    const history = new DeliveryHistoryResponse(record, [{ at: AT, latencyMs: 1.4 }]);

    expect(history.attempts).toEqual([{ at: TIME, result: 'accepted', latencyMs: 1 }]);
    const page = new DeliveryListResponse([record], null);
    expect(sent(page)).toEqual({ items: [sent(new DeliveryResponse(record))], nextCursor: null });
  });
});

describe(AttemptResponse.name, () => {
  it('tells why an attempt failed', () => {
    expect(sent(new AttemptResponse({ at: AT, latencyMs: 41.6, error: 'status 503', status: 503 }))).toEqual({
      at: TIME,
      result: 'failed',
      latencyMs: 42,
      status: 503,
      error: 'status 503',
    });
  });
});

describe(SinkResponse.name, () => {
  const backlog = { pending: 3, blockedConversations: 1, dead: 2 };

  it('shows a healthy sink', () => {
    const response = { name: 'crm', condition: 'healthy', ...backlog };

    expect(sent(new SinkResponse({ name: 'crm', condition: 'healthy', ...backlog }))).toEqual(response);
    expect(sent(new SinkListResponse([{ name: 'crm', condition: 'healthy', ...backlog }]))).toEqual({
      items: [response],
    });
  });

  it('tells since when and why a sink is paused, until when it is throttled, and since when its oldest event waits', () => {
    const paused = { at: AT, reason: 'receiver-gone' } as const;
    const sink = {
      name: 'crm',
      condition: 'paused',
      paused,
      retryAfter: AT,
      oldestAt: AT,
      ...backlog,
    } as const;

    expect(sent(new SinkResponse(sink))).toEqual({
      name: 'crm',
      condition: 'paused',
      pausedAt: TIME,
      pauseReason: 'receiver-gone',
      retryAfter: TIME,
      oldestAt: TIME,
      ...backlog,
    });
  });
});
