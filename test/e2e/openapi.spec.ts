import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { World } from '../../src/world';
import { ServiceProcess } from '../support/service-process';

const root = resolve(__dirname, '../..');

let world: World;
let folder: string;
beforeAll(async () => {
  world = await World.start({ environment: { LOG_LEVEL: 'error' } });
  folder = await mkdtemp(join(tmpdir(), 'guest-sessions-client-'));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('docs/openapi.json', () => {
  it('is what the built service serves', async () => {
    const environment = { ...world.environment, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'info' };
    const service = await ServiceProcess.start(environment);
    try {
      const served: unknown = await (await fetch(`${service.url}/openapi.json`)).json();

      expect(JSON.parse(await readFile(join(root, 'docs/openapi.json'), 'utf8'))).toEqual(served);
    } finally {
      await service.kill();
    }
  });
});
