import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { freePort } from '../../support/free-port';
import { ProcessWorld } from '../../support/process-world';
import { ServiceApi } from '../../support/service-api';
import { ServiceProcess } from '../../support/service-process';
import { type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { until } from '../../support/until';

const storages = new ServiceStorages();

afterAll(() => storages.stop());

async function linesLost(url: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  return Number(/^guest_sessions_log_lines_lost_total (\d+)/m.exec(page)?.[1]);
}

async function opensAndEnds(service: ServiceProcess): Promise<void> {
  const api = new ServiceApi(service.url);
  expect((await api.end(await api.opened())).status).toBe(200);
}

const ENTRY = resolve(__dirname, '../../../dist/main.js');

describe('a service whose log cannot be written', () => {
  let storage: ServiceStorage;
  let world: ProcessWorld;

  beforeAll(async () => {
    storage = await storages.create('SQLite');
    world = await ProcessWorld.start(storage);
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  it('continues without a reader of its output, counts lost lines, and stops cleanly', async () => {
    world.service.stopReading();
    await opensAndEnds(world.service);
    await until(async () => (await linesLost(world.service.url)) > 0);
    await opensAndEnds(world.service);
    world.service.signal('SIGTERM');

    expect(await world.service.exited).toMatchObject({ code: 0 });
  });

  it('starts, serves and stops cleanly on a full device', async () => {
    await world.service.kill();
    const full = openSync('/dev/full', 'w');
    let service: ServiceProcess | undefined;
    try {
      const environment = { ...world.environment, PORT: String(await freePort()) };
      service = await ServiceProcess.start(environment, undefined, full);
      await opensAndEnds(service);
      expect(await linesLost(service.url)).toBeGreaterThan(0);
      service.signal('SIGTERM');

      expect(await service.exited).toMatchObject({ code: 0 });
    } finally {
      await service?.kill();
      closeSync(full);
    }
  });

  it('ends with code 78 for a bad environment when the reason cannot be written', () => {
    const full = openSync('/dev/full', 'w');
    const { status } = spawnSync(process.execPath, [ENTRY], {
      env: { PORT: '70000' },
      stdio: ['ignore', full, full],
    });
    closeSync(full);

    expect(status).toBe(78);
  });
});
