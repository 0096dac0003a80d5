import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { dataKeyOf, newDataKey } from '../../src/config/data-key-list';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const [K1, K2] = [newDataKey('k1'), newDataKey('k2')];

describe('the keys that guests are encrypted with', () => {
  it('are changed without a session noticing', async () => {
    const logs = new LogCapture();
    await using world = await World.start({
      logOutput: logs,
      environment: { DATA_KEY: K1, HEARTBEAT_MAX_INTERVAL_MS: '200', HEARTBEAT_MIN_INTERVAL_MS: '100' },
    });
    const api = (): ApiClient => new ApiClient(world.url);
    const beats = (id: string): number =>
      world.genesys.requests.count({ method: 'PATCH', path: `/api/v2/conversations/messaging/${id}` });
    const [live, over] = [await api().opened({ name: 'Ada' }), await api().opened({ name: 'Grace' })];
    await api().end(over);

    await world.restart({ DATA_KEY: `${K2},${K1}` });
    await until(() => logs.with('Data key no longer needed').length === 1);
    expect(logs.with('Data key no longer needed')).toMatchObject([{ dataKey: 'k1', count: 4 }]);
    expect(logs.raw).toContain('is being encrypted again');

    await world.restart({ DATA_KEY: K2 });
    expect((await api().get(live)).body).toMatchObject({ state: 'active', name: 'Ada' });
    expect((await api().get(over)).body).toMatchObject({ state: 'terminated', name: 'Grace' });
    const before = beats(live);
    await until(() => beats(live) > before);
    expect((await api().end(live)).body).toMatchObject({ state: 'terminated', name: 'Ada' });
    const { db } = world.app.get(DatabaseConnection);
    const rows = await db.selectFrom('session').select(['name', 'guest_token']).execute();
    for (const text of rows.flatMap(Object.values<string>)) expect(text).toMatch(/^enc:k2:/);
  });

  it('have to be the right ones, all of them, or there is no start', async () => {
    await using world = await World.start({ logOutput: new LogCapture(), environment: { DATA_KEY: K2 } });
    const id = await new ApiClient(world.url).opened({ name: 'Ada' });

    await expect(world.restart({ DATA_KEY: newDataKey('k2') })).rejects.toThrow(/key k2 of DATA_KEY is not/);
    await expect(world.restart({ DATA_KEY: K1 })).rejects.toThrow(/DATA_KEY lacks the key k2/);
    await world.restart({ DATA_KEY: `${K1},${K2}` });
    expect((await new ApiClient(world.url).get(id)).body).toMatchObject({ name: 'Ada' });
  });

  it('are made by a command', async () => {
    const entry = resolve(__dirname, '../../dist/data-key.js');
    const run = (...parameters: string[]) => promisify(execFile)(process.execPath, [entry, ...parameters]);

    const [one, other] = [(await run()).stdout, (await run('--id', 'k2')).stdout];
    expect([dataKeyOf(one.trimEnd())?.id, dataKeyOf(other.trimEnd())?.id]).toEqual(['k1', 'k2']);
    await expect(run('--id', 'Key 1')).rejects.toMatchObject({ code: 1, stdout: '' });
  });
});
