import type { AuditRecord, DeliveryHistory } from '../api/schemas';
import type { Session } from '../api/schemas';
import { timelineOf } from './timeline';

const session: Session = {
  conversationId: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11',
  state: 'disconnected',
  guestRef: '24759c94cea4ab37f8bf299fa081d7cc',
  channel: 'web-messaging',
  queueId: 'support',
  name: 'Alice',
  locale: 'en',
  capabilities: [],
  durationLimit: 600,
  startedAt: '2027-01-15T08:00:00.000Z',
  expiresAt: '2027-01-15T08:10:00.000Z',
  endedAt: '2027-01-15T08:05:00.000Z',
  endReason: 'connection-lost',
  authenticated: false,
  heartbeat: { intervalMs: 10_000, lastSuccessAt: '2027-01-15T08:04:00.000Z', consecutiveFailures: 3 },
  version: 4,
  caller: 'billing',
};

const record: AuditRecord = {
  schema: 1,
  chain: 2,
  seq: 7,
  at: '2027-01-15T08:05:00.100Z',
  actor: { type: 'service', name: '' },
  action: 'SESSION_DISCONNECTED',
  target: { type: 'session', id: session.conversationId },
  conversationId: session.conversationId,
  outcome: 'failure',
  reason: 'connection-lost',
  requestId: null,
  before: 'active',
  after: 'disconnected',
  detail: {},
  prevHash: '0'.repeat(64),
  hash: '0'.repeat(64),
};

const delivery: DeliveryHistory = {
  id: 'd-1',
  sink: 'crm',
  status: 'dead',
  failures: 1,
  queuedAt: '2027-01-15T08:05:00.000Z',
  settledAt: '2027-01-15T08:06:01.000Z',
  event: {
    id: '7e7c3c9e-2f1a-4c39-9d58-0f4b8f6c2a12',
    type: 'session.disconnected',
    conversationId: session.conversationId,
    sequence: 2,
    occurredAt: '2027-01-15T08:05:00.000Z',
  },
  attempts: [{ at: '2027-01-15T08:06:00.000Z', result: 'failed', latencyMs: 12, status: 410, error: 'Gone' }],
};

describe(timelineOf, () => {
  it('orders the facts of a session by time', () => {
    const entries = timelineOf({ session });

    expect(entries.map(({ key }) => key)).toEqual(['started', 'heartbeat', 'ended']);
    expect(entries.map(({ actor }) => actor)).toEqual(['billing', undefined, undefined]);
    expect(entries[1]).toMatchObject({ tone: 'warning', detail: '3 consecutive failures since' });
    expect(entries[2]).toMatchObject({ title: 'Session disconnected', detail: 'connection lost' });
  });

  it('takes start and end from the audit records where there are any', () => {
    const entries = timelineOf({ session, records: [record] });

    expect(entries.map(({ key }) => key)).toEqual(['heartbeat', 'audit-2-7']);
    expect(entries[1]).toMatchObject({
      title: 'Session disconnected (failure)',
      actor: 'service',
      detail: 'connection lost · active → disconnected',
      tone: 'bad',
    });
  });

  it('has every attempt at a delivery, and its last failure', () => {
    const entries = timelineOf({ session, records: [], deliveries: [delivery] });

    expect(entries.slice(-2)).toMatchObject([
      {
        title: 'Delivery of session.disconnected to crm failed',
        detail: '12 ms · status 410: Gone',
        href: '#/deliveries/d-1',
        tone: 'bad',
      },
      { title: 'Delivery to crm dead', at: delivery.settledAt },
    ]);
  });

  it('leaves out the audit record of an attempt that its delivery lists', () => {
    const action = 'CRM_SYNC_FAILED';
    const records: AuditRecord[] = [
      { ...record, seq: 8, action, target: { type: 'delivery', id: delivery.id } },
      { ...record, seq: 9, action, target: { type: 'delivery', id: 'd-2' } },
    ];
    const keys = timelineOf({ session, records, deliveries: [delivery] }).map(({ key }) => key);

    expect(keys.filter((key) => key.startsWith('audit'))).toEqual(['audit-2-9']);
  });

  it('keeps entries of the same moment in the order of their sources, with keys of their own', () => {
    const at = session.startedAt;
    const records = [1, 2, 3].map((seq) => ({ ...record, seq, at }));
    const keys = timelineOf({ session, records }).map(({ key }) => key);

    expect(keys.slice(0, 3)).toEqual(['audit-2-1', 'audit-2-2', 'audit-2-3']);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
