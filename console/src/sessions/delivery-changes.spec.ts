import type { DeliveryHistory } from '../api/schemas';
import { isUnchanged } from './delivery-changes';

const HISTORY: DeliveryHistory = {
  id: 'crm.00000000-0000-4000-8000-000000000001',
  sink: 'crm',
  status: 'pending',
  failures: 1,
  queuedAt: '2027-01-15T08:00:00.000Z',
  nextAttemptAt: '2027-01-15T08:00:10.000Z',
  lastError: 'status 503',
  event: {
    id: '00000000-0000-4000-8000-000000000001',
    type: 'session.connected',
    conversationId: '00000000-0000-4000-8000-000000000002',
    sequence: 1,
    occurredAt: '2027-01-15T08:00:00.000Z',
  },
  attempts: [],
};

describe(isUnchanged, () => {
  it('holds for a delivery as it was read', () => {
    expect(isUnchanged({ ...HISTORY }, HISTORY)).toBe(true);
  });

  it.each([
    { status: 'delivered' as const },
    { failures: 2 },
    { queuedAt: '2027-01-15T09:00:00.000Z' },
    { nextAttemptAt: '2027-01-15T08:00:30.000Z' },
    { settledAt: '2027-01-15T08:00:11.000Z' },
    { lastError: 'status 500' },
  ])('does not hold after %j', (change) => {
    expect(isUnchanged({ ...HISTORY, ...change }, HISTORY)).toBe(false);
  });
});
