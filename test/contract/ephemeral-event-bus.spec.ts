import { randomBytes } from 'node:crypto';
import type { DataKey } from '../../src/config/data-key-list';
import { aConnectionState, aTyping } from '../../src/events/domain/ephemeral-event.builder';
import { type EphemeralEventBatch, EphemeralEventBus } from '../../src/events/ports/ephemeral-event-bus';
import { FakeEphemeralEventBus } from '../../src/events/ports/ephemeral-event-bus.fake';
import { DataCipher } from '../../src/persistence/guest/data-cipher';
import { SqlReencryptionStore } from '../../src/persistence/guest/sql-reencryption.store';
import { GuestDataEncryption } from '../../src/persistence/guest/guest-data-encryption';
import { SqlEphemeralEventBus } from '../../src/persistence/feed/sql-ephemeral-event-bus';
import type { WalkPosition } from '../../src/privacy/ports/reencryption.store';
import { createStorage, DIALECTS, TestStores } from '../support/persistence-harness';

/** The bus as three processes use it. */
interface Exchanges {
  readonly here: EphemeralEventBus;
  readonly there: EphemeralEventBus;
  readonly elsewhere: EphemeralEventBus;
  /** Moves the publication of all events back by this time. */
  age(ms: number): Promise<void>;
  close(): Promise<void>;
}

interface SqlExchanges extends Exchanges {
  readonly stores: TestStores;
  readonly keys: readonly DataKey[];
}

function inMemory(): Promise<Exchanges> {
  const here = new FakeEphemeralEventBus();
  return Promise.resolve({
    here,
    there: here.beside(),
    elsewhere: here.beside(),
    age: (ms: number) => {
      here.age(ms);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
}

async function inSql(dialect: (typeof DIALECTS)[number]): Promise<SqlExchanges> {
  const storage = await createStorage(dialect);
  const stores = await TestStores.open(storage.config);
  const beside = (): SqlEphemeralEventBus =>
    new SqlEphemeralEventBus(
      stores.unitOfWork,
      new GuestDataEncryption(new DataCipher(storage.config.dataKeys), stores.poison),
      stores.poison,
    );
  return {
    stores,
    keys: storage.config.dataKeys,
    here: stores.passing,
    there: beside(),
    elsewhere: beside(),
    age: async (ms) => {
      await stores.connection.db
        .updateTable('passing_batch')
        .set((eb) => ({ at: eb('at', '-', ms) }))
        .execute();
    },
    close: async () => {
      await stores.close();
      await storage.remove();
    },
  };
}

async function walk(keys: SqlReencryptionStore): Promise<void> {
  let position: WalkPosition | undefined;
  do position = (await keys.renew(10, position)).next;
  while (position !== undefined);
}

const placesOf = (batches: readonly EphemeralEventBatch[]): Map<string, number> =>
  new Map(batches.map(({ source, number }) => [source, number]));
const eventsOf = (batches: readonly EphemeralEventBatch[]): unknown[] =>
  batches.flatMap(({ events }) => events);

describe.each<[string, () => Promise<Exchanges>]>([
  ['in memory', inMemory],
  ...DIALECTS.map((dialect) => [`on ${dialect}`, () => inSql(dialect)] as [string, () => Promise<Exchanges>]),
])('EphemeralEventBus %s', (_, open) => {
  let exchanges: Exchanges;

  beforeEach(async () => {
    exchanges = await open();
  });
  afterEach(async () => {
    await exchanges.close();
  });

  it('returns the events of others unchanged, and none of its own', async () => {
    await exchanges.there.publish([aTyping(1), aConnectionState('reconnecting')]);
    const [batch, ...more] = await exchanges.here.after(new Map(), 10);

    expect(batch?.events).toEqual([aTyping(1), aConnectionState('reconnecting')]);
    expect(batch?.ageMs).toBeLessThan(60_000);
    expect(more).toEqual([]);
    expect(await exchanges.there.after(new Map(), 10)).toEqual([]);
  });

  it('returns the events after a position in batches, each source in order', async () => {
    const { here, there, elsewhere } = exchanges;
    for (let count = 1; count <= 3; count += 1) {
      await there.publish([aTyping(count)]);
      await elsewhere.publish([aTyping(100 + count)]);
    }
    const places = new Map<string, number>();
    const seen: EphemeralEventBatch[] = [];
    for (let step = 0; step < 3; step += 1) {
      const batches = await here.after(places, 2);
      seen.push(...batches);
      for (const [source, number] of placesOf(batches)) places.set(source, number);
    }

    expect(new Set(eventsOf(seen))).toEqual(new Set([1, 2, 3, 101, 102, 103].map((count) => aTyping(count))));
    for (const source of places.keys()) {
      const numbers = seen.filter((batch) => batch.source === source).map(({ number }) => number);
      expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
      expect(numbers).toHaveLength(3);
    }
    expect(await here.after(places, 2)).toEqual([]);
    await elsewhere.publish([aTyping(104)]);
    expect(eventsOf(await here.after(places, 2))).toEqual([aTyping(104)]);
  });

  it('returns no event that is older than ten seconds, and the age of each', async () => {
    await exchanges.there.publish([aTyping(1)]);
    await exchanges.age(6_000);
    await exchanges.there.publish([aTyping(2)]);
    const [first, second] = await exchanges.here.after(new Map(), 10);
    expect(first?.ageMs).toBeGreaterThanOrEqual(6_000);
    expect(second?.ageMs).toBeLessThan(6_000);

    await exchanges.age(4_001);

    expect(eventsOf(await exchanges.here.after(new Map(), 10))).toEqual([aTyping(2)]);
  });

  it('removes expired events of any publisher in batches, the oldest first', async () => {
    const { here, there } = exchanges;
    for (const exchange of [here, there, here]) await exchange.publish([aTyping(1)]);
    await exchanges.age(5_000);
    await there.publish([aTyping(2)]);

    expect(await here.purge(4_000, 2)).toBe(2);
    expect(await here.purge(4_000, 2)).toBe(1);
    expect(await here.purge(4_000, 2)).toBe(0);
    expect(eventsOf(await here.after(new Map(), 10))).toEqual([aTyping(2)]);
  });
});

describe.each(DIALECTS)('EphemeralEventBus on %s', (dialect) => {
  let exchanges: SqlExchanges;

  beforeEach(async () => {
    exchanges = await inSql(dialect);
  });
  afterEach(async () => {
    await exchanges.close();
  });

  it('reads the event `line` of the previous release as `connection`', async () => {
    const { here, there } = exchanges;
    await there.publish([{ ...aConnectionState('live'), kind: 'line' } as never]);

    expect(eventsOf(await here.after(new Map(), 10))).toEqual([aConnectionState('live')]);
  });

  it('is encrypted, and re-encrypted when the key changes', async () => {
    const { stores, there, keys } = exchanges;
    const cipher = new DataCipher([{ id: 'k2', key: randomBytes(32) }, ...keys]);
    await there.publish([aConnectionState('live')]);
    const bodies = (): Promise<{ body: string }[]> =>
      stores.connection.db.selectFrom('passing_batch').select('body').execute();
    expect(await bodies()).toEqual([{ body: expect.stringMatching(/^enc:k1:/) as string }]);
    await walk(new SqlReencryptionStore(stores.unitOfWork, cipher));

    expect(await bodies()).toEqual([{ body: expect.stringMatching(/^enc:k2:/) as string }]);
    const here = new SqlEphemeralEventBus(
      stores.unitOfWork,
      new GuestDataEncryption(cipher, stores.poison),
      stores.poison,
    );
    expect(eventsOf(await here.after(new Map(), 10))).toEqual([aConnectionState('live')]);
  });
});
