import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { ListDeliveriesDto } from './dto/list-deliveries.dto';
import { DeliveriesQueries } from './deliveries.queries';
import { aDeliveryRecord, anEventId } from './domain/delivery-record.builder';
import { DeliveryNotFoundError } from './domain/sync.errors';
import { FakeDeliveryAdminStore } from './ports/delivery-admin.store.fake';

let deliveries: FakeDeliveryAdminStore;
let queries: DeliveriesQueries;

beforeEach(() => {
  deliveries = new FakeDeliveryAdminStore();
  queries = new DeliveriesQueries(deliveries);
});

/** Keeps deliveries number 1 and following, each queued a moment after the one before. */
function keep(count: number): void {
  for (let number = 1; number <= count; number += 1) {
    const id = anEventId(number);
    deliveries.keep(
      aDeliveryRecord({ queuedAt: 1_000 + Math.floor(number / 2) }, { id, conversationId: 'c' }),
    );
  }
}

/** The numbers of the deliveries on every page. */
async function pages(limit: number, filter: { conversationId?: string } = {}): Promise<number[][]> {
  const found: number[][] = [];
  let cursor: string | null = null;
  do {
    const asked: { cursor?: string } = cursor === null ? {} : { cursor };
    const page = await queries.list({ limit, ...filter, ...asked });
    found.push(page.deliveries.map(({ event }) => Number(event.id.slice(-12))));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

describe(DeliveriesQueries.name, () => {
  describe('a list', () => {
    it('is empty when there is nothing, and ends there', async () => {
      expect(await queries.list({ limit: 50 })).toEqual({ deliveries: [], nextCursor: null });
    });

    it('shows every delivery once, the last queued first', async () => {
      keep(7);

      expect(await pages(3)).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
    });

    it.each([2, 3, 6])('ends with a last page that is full, at %d per page', async (limit) => {
      keep(6);

      expect((await pages(limit)).flat()).toEqual([6, 5, 4, 3, 2, 1]);
      expect(await pages(limit)).toHaveLength(6 / limit);
    });

    it('keeps to its filter from page to page', async () => {
      keep(4);
      deliveries.keep(aDeliveryRecord({ queuedAt: 5_000 }, { id: anEventId(99), conversationId: 'other' }));

      expect(await pages(3, { conversationId: 'c' })).toEqual([[4, 3, 2], [1]]);
    });

    it('reads one more than it shows, with the filter of the request', async () => {
      await queries.list({ limit: 50, status: 'dead', sink: 'crm' });
      const validated = Object.assign(new ListDeliveriesDto(), { limit: 1 });
      await queries.list(validated);

      expect(deliveries.queries).toStrictEqual([{ limit: 51, status: 'dead', sink: 'crm' }, { limit: 2 }]);
    });

    it('refuses a cursor of another query', async () => {
      keep(2);
      const { nextCursor } = await queries.list({ limit: 1 });

      const list = queries.list({ limit: 1, status: 'dead', cursor: nextCursor ?? '' });
      await expect(list).rejects.toThrow(InvalidRequestError);
    });
  });

  describe('a delivery', () => {
    it('comes with its attempts', async () => {
      const attempts = [
        { at: 1_000, latencyMs: 3, error: 'status 503', status: 503 },
        { at: 2_000, latencyMs: 4 },
      ];
      const delivery = aDeliveryRecord();
      deliveries.keep(delivery, ...attempts);

      expect(await queries.get(`crm.${anEventId(1)}`)).toEqual({ delivery, attempts });
    });

    it.each([`crm.${anEventId(2)}`, `other.${anEventId(1)}`, 'nonsense', ''])(
      'that is not there is not found: %j',
      async (id) => {
        deliveries.keep(aDeliveryRecord());

        await expect(queries.get(id)).rejects.toThrow(DeliveryNotFoundError);
      },
    );
  });
});
