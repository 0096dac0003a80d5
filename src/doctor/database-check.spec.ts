import type { DatabaseDiagnostics, ServerFacts } from '../persistence/database-diagnostics';
import type { DatabaseAccess } from '../persistence/database-access';
import { DatabaseCheck } from './database-check';
import type { Finding } from './finding';

const GIB = 1024 ** 3;
const ROOMY = { exists: true, refusal: undefined, freeBytes: 50 * GIB };
const POSTGRES: ServerFacts = {
  dialect: 'postgres',
  version: '18.4',
  isPooled: false,
  takesTransactions: true,
  durability: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
};

/** A server with these facts and round trips. */
function checkOf(facts: Partial<ServerFacts>, roundTrips = [1, 2, 3]): Promise<readonly Finding[]> {
  const database = {
    server: () => Promise.resolve({ ...POSTGRES, ...facts }),
    roundTripsMs: () => Promise.resolve(roundTrips),
  } as unknown as DatabaseDiagnostics;
  const config = { databaseUrl: 'postgres://db.example/guests', dataDir: './data' };
  return new DatabaseCheck(config, { use: (work) => work(database) }).run();
}

/** An embedded database that does not exist yet, in such a folder. */
function folderCheckOf(facts: object): Promise<readonly Finding[]> {
  const config = { databaseUrl: undefined, dataDir: '/data' };
  const none: DatabaseAccess = { use: (work) => work(undefined) };
  return new DatabaseCheck(config, none, () => Promise.resolve({ ...ROOMY, ...facts })).run();
}

describe(DatabaseCheck.name, () => {
  it('tells the version and the median round trip', async () => {
    expect(await checkOf({})).toEqual([
      { outcome: 'ok', message: 'PostgreSQL 18.4, round trip 2.0 ms (median of 3)' },
    ]);
  });

  it('tells a pooler', async () => {
    expect(await checkOf({ isPooled: true })).toMatchObject([
      { message: expect.stringContaining('behind a pooler') },
    ]);
  });

  it('warns of slow round trips', async () => {
    expect(await checkOf({}, [30, 40, 500])).toMatchObject([
      { outcome: 'warn', fix: expect.stringContaining('DATABASE_URL') },
    ]);
  });

  it('warns of a version that is no longer supported', async () => {
    expect(await checkOf({ version: '12.9' })).toMatchObject([{}, { outcome: 'warn' }]);
  });

  it.each(['fsync', 'synchronous_commit', 'full_page_writes'])('fails with %s off', async (name) => {
    expect(await checkOf({ durability: { ...POSTGRES.durability, [name]: 'off' } })).toMatchObject([
      { outcome: 'ok' },
      { outcome: 'fail', fix: expect.stringContaining(`${name} = on`) },
    ]);
  });

  it.each([
    [{ refusal: 'EROFS' }, 'fail', 'written in /data (EROFS)'],
    [{ exists: false, refusal: 'EACCES' }, 'fail', 'created for /data (EACCES)'],
    [{ freeBytes: 1_000 }, 'fail', '0 MiB are free'],
    [{ freeBytes: GIB / 2 }, 'warn', '512 MiB are free'],
  ])('looks at the volume of an embedded database: %j', async (facts, outcome, message) => {
    expect(await folderCheckOf(facts)).toContainEqual({
      outcome,
      message: expect.stringContaining(message),
      fix: expect.stringContaining('DATA_DIR'),
    });
  });

  it('has no fault before the first start', async () => {
    expect((await folderCheckOf({})).map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  it('warns of a folder that does not exist: its volume may not be mounted', async () => {
    expect(await folderCheckOf({ exists: false })).toContainEqual({
      outcome: 'warn',
      message: expect.stringContaining('/data does not exist'),
      fix: expect.stringContaining('mount the volume'),
    });
  });
});
