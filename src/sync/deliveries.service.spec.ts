import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { DeliveriesService } from './deliveries.service';
import { aDeliveryRecord, anEventId } from './domain/delivery-record.builder';
import { DeliveryNotFoundError } from './domain/sync.errors';
import { FakeDeliveryAdminStore } from './ports/delivery-admin.store.fake';
import type { ReplaySelection } from './ports/delivery-admin.store';
import { CommitSignal } from '../common/commit-signal';
import { FakeSyncServices } from './sync-services.fake';

const NOW = 1_800_000_000_000;
const ID = `crm.${anEventId(1)}`;

let services: FakeSyncServices;
let deliveries: FakeDeliveryAdminStore;
let rings: number;
let service: DeliveriesService;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  services = new FakeSyncServices();
  deliveries = new FakeDeliveryAdminStore();
  const commits = new CommitSignal();
  rings = 0;
  commits.subscribe('outbox', () => (rings += 1));
  service = new DeliveriesService(deliveries, services.clock, commits, services.telemetry);
});
afterEach(() => {
  jest.useRealTimers();
});

const counted = (): Promise<number | undefined> => services.metrics.sample('outbox_replayed_total');

async function problemsOf(selection: ReplaySelection): Promise<unknown> {
  try {
    return await service.replay(selection);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.errors;
    throw error;
  }
}

describe(DeliveriesService.name, () => {
  it('retries a delivery now, counts it and notifies the relays', async () => {
    deliveries.keep(aDeliveryRecord({ status: 'dead' }));

    await service.retry(ID);

    expect(deliveries.retried).toEqual([{ key: { sink: 'crm', eventId: anEventId(1) }, at: NOW }]);
    expect(await counted()).toBe(1);
    expect(rings).toBe(1);
  });

  it.each([ID, 'nonsense', ''])('finds no delivery %j, and notifies no relay', async (id) => {
    await expect(service.retry(id)).rejects.toThrow(DeliveryNotFoundError);

    expect(rings).toBe(0);
    expect(await counted()).toBe(0);
  });

  it.each<ReplaySelection>([
    { conversationId: 'c' },
    { conversationId: 'c', sink: 'crm' },
    { conversationId: 'c', from: 5 },
    { conversationId: 'c', to: 5 },
    { from: 5, to: 6 },
    { from: 0, to: 1, sink: 'crm' },
    { conversationId: 'c', from: 5, to: 6 },
  ])('replays %j', async (selection) => {
    deliveries.selected = 12;

    expect(await service.replay(selection)).toBe(12);

    expect(deliveries.replayed).toEqual([{ selection, at: NOW }]);
    expect(await counted()).toBe(12);
    expect(rings).toBe(1);
  });

  it.each<ReplaySelection>([{}, { sink: 'crm' }, { from: 5 }, { to: 5 }, { sink: 'crm', from: 5 }])(
    'refuses %j, which would be everything',
    async (selection) => {
      expect(await problemsOf(selection)).toEqual([
        expect.objectContaining({ pointer: '#', code: 'required' }),
      ]);
      expect(deliveries.replayed).toHaveLength(0);
      expect(rings).toBe(0);
    },
  );

  it.each<ReplaySelection>([
    { from: 5, to: 5 },
    { from: 6, to: 5 },
    { conversationId: 'c', from: 6, to: 5 },
  ])('refuses %j, a span that ends before it begins', async (selection) => {
    expect(await problemsOf(selection)).toEqual([
      expect.objectContaining({ pointer: '#/to', code: 'out-of-range' }),
    ]);
    expect(deliveries.replayed).toHaveLength(0);
  });
});
