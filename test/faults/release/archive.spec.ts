import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ProcessWorld } from '../../support/process-world';
import { type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { UnpackedArchive } from '../../support/unpacked-archive';

const storages = new ServiceStorages();
let archive: UnpackedArchive;
let storage: ServiceStorage;
let world: ProcessWorld;

beforeAll(async () => {
  archive = await UnpackedArchive.unpack();
});
afterAll(async () => {
  await archive[Symbol.asyncDispose]();
});

describe('the archive of a release', () => {
  it('installs the dependencies of the service alone', async () => {
    const packages = await archive.installation();

    expect(packages).toEqual(expect.arrayContaining(['better-sqlite3', 'fastify', 'pg']));
    expect(packages).not.toEqual(expect.arrayContaining(['jest']));
    expect(packages).not.toEqual(expect.arrayContaining(['react']));
  });

  it('has the commands of operators, and no files of development', async () => {
    const commands = Object.values(await archive.scripts());
    const files = await readdir(archive.folder, { recursive: true });

    expect(commands).toContain('node dist/doctor.js');
    for (const command of commands)
      expect(existsSync(join(archive.folder, command.replace('node ', '')))).toBe(true);
    expect(files).toEqual(
      expect.arrayContaining(['README.md', '.env.example', 'deploy/Dockerfile', 'docs/operations.md']),
    );
    expect(
      files.filter((name) => /\.(ts|map)$|^dist\/simulator|^deploy\/(secrets|\.env)/.test(name)),
    ).toEqual([]);
  });

  describe('started', () => {
    beforeAll(async () => {
      await archive.link();
      storage = await storages.create('SQLite');
      world = await ProcessWorld.start(storage, { entry: archive.entry });
    });
    afterAll(async () => {
      await world.stop();
      await storage.remove();
      await storages.stop();
    });

    it('serves sessions, the console and the descriptions', async () => {
      const session = await world.api.opened();
      const statuses = [
        '/health/ready',
        '/console/',
        '/docs',
        '/openapi.json',
        `/v1/sessions/${session}`,
      ].map(async (path) => (await fetch(`${world.service.url}${path}`)).status);

      expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200, 200]);
    });
  });
});
