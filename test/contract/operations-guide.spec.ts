import { PoisonMessageReporter } from '../../src/common/poison/poison-message-reporter';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDataKey } from '../../src/config/data-key-list';
import { StorageConfig } from '../../src/config/storage.config';
import { DataKeyRotation } from '../../src/privacy/data-key-rotation';
import { PrivacyTelemetry } from '../../src/privacy/privacy.telemetry';
import { whileLocked } from '../support/held-locks';
import { until } from '../support/until';
import { createStorage, TestStores, type TestStorage } from '../support/persistence-harness';
import { administrate } from '../support/postgres';

const guide = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
const [K1, K2] = ['k1', 'k2'].map(newDataKey) as [string, string];

describe('docs/operations.md on PostgreSQL', () => {
  let storage: TestStorage;
  const replicas: TestStores[] = [];

  beforeEach(async () => {
    storage = await createStorage('postgres');
  });

  afterEach(async () => {
    for (const replica of replicas.splice(0)) await replica.close();
    await storage.remove();
  });

  function url(): string {
    return storage.config.databaseUrl ?? '';
  }

  /** Returns the guide's statement that contains this text. */
  function statementOn(what: string): string {
    const statements = [...guide.matchAll(/```sql\n([^]*?)```/g)].map(([, statement = '']) => statement);
    return statements.find((statement) => statement.includes(what)) ?? '';
  }

  /** Starts a replica with these keys. */
  async function start(...keys: string[]): Promise<TestStores> {
    const config = new StorageConfig({ DATA_DIR: './data', DATABASE_URL: url(), DATA_KEY: keys });
    const replica = await TestStores.open(config);
    replicas.push(replica);
    return replica;
  }

  async function stop(replica: TestStores): Promise<void> {
    replicas.splice(replicas.indexOf(replica), 1);
    await replica.close();
  }

  /** Runs the replica's background re-encryption until it finds nothing more. */
  async function renewAll({ dataKeys }: TestStores): Promise<void> {
    const rotation = new DataKeyRotation(dataKeys, new PrivacyTelemetry(new PoisonMessageReporter()));
    rotation.onApplicationBootstrap();
    await until(async () => (await dataKeys.outdated()).length === 0);
    await rotation.onModuleDestroy();
  }

  async function keysInUse(): Promise<string[]> {
    const rows = await administrate(
      url(),
      `select distinct split_part(guest_token, ':', 2) as key from session`,
    );
    return rows.map(({ key }) => String(key)).sort();
  }

  it('shows the holder of each session', async () => {
    const statement = statementOn('session.holder');
    const { replicas: register } = await start(K1);
    await register.join({ id: 'here', address: 'http://10.0.0.7:3000', signature: '' }, 10_000);
    await register.join({ id: 'gone', address: '', signature: '' }, 10_000);
    await register.leave('gone');

    const rows = await administrate(url(), statement);

    expect(rows).toMatchObject([
      { id: 'here', address: 'http://10.0.0.7:3000', is_lost: 0, sessions: '0' },
      { id: 'gone', is_lost: 1, sessions: '0' },
    ]);
    expect(Number(rows[0]?.['lease_seconds'])).toBeLessThanOrEqual(10);
  });

  it('shows the process that blocks a change of a table', async () => {
    const statement = statementOn('xact_start').replace('5 seconds', '0 seconds');
    await administrate(url(), 'create table changed ()');
    const rows = await whileLocked(url(), 'lock table changed in access share mode', () =>
      administrate(url(), statement),
    );

    expect(rows).toMatchObject([{ query: 'lock table changed in access share mode' }, { query: statement }]);
  });

  it('rotates the data key of two replicas without a text that one of them cannot decrypt', async () => {
    const first = await start(K1);
    const second = await start(K1);
    await first.activated();

    // Step 2: every replica can decrypt with the new key.
    await stop(first);
    const readingFirst = await start(K1, K2);
    await renewAll(readingFirst);
    await stop(second);
    const readingSecond = await start(K1, K2);
    expect(await keysInUse()).toEqual(['k1']);

    // Step 3: the last replica writes with the old key after all the others have re-encrypted.
    await stop(readingFirst);
    const writingFirst = await start(K2, K1);
    const writingSecond = await start(K2, K1);
    await renewAll(writingSecond);
    await readingSecond.activated();
    await stop(readingSecond);
    expect(await keysInUse()).toEqual(['k1', 'k2']);
    expect(await writingSecond.dataKeys.outdated()).toEqual([]);

    // Step 4: a replica that starts now re-encrypts once more.
    await stop(writingFirst);
    await renewAll(await start(K2, K1));
    expect(await keysInUse()).toEqual(['k2']);

    // Step 5: the old key is removed.
    await stop(writingSecond);
    const last = await start(K2);
    expect(await last.dataKeys.outdated()).toEqual([]);
  });
});
