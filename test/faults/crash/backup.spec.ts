import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { verdictOnTrail } from '../../support/audit-export';
import { crmStory, settled } from '../../support/invariants';
import { Load } from '../../support/load';
import { ProcessWorld } from '../../support/process-world';
import { SeededRandom } from '../../support/seeded-random';
import { type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

const ENTRY = resolve(__dirname, '../../../dist/backup.js');

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function backup(...parameters: readonly string[]): Promise<Outcome> {
  return new Promise((resolveWith) => {
    const child = execFile(process.execPath, [ENTRY, ...parameters], (_, stdout, stderr) => {
      resolveWith({ code: child.exitCode, stdout, stderr });
    });
  });
}

describe('npm run backup', () => {
  const storages = new ServiceStorages();
  let storage: ServiceStorage;
  let world: ProcessWorld;
  let copies: string;

  beforeAll(async () => {
    storage = await storages.create('SQLite');
    copies = await mkdtemp(join(tmpdir(), 'guest-copies-'));
    world = await ProcessWorld.start(storage, { environment: { SESSION_MAX_CONCURRENT: '150' } });
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
    await rm(copies, { recursive: true, force: true });
  });

  it('copies the database of a process under load, and another process works on the copy', async () => {
    const file = join(copies, 'guest-sessions.db');
    const load = new Load(new SeededRandom());
    load.moveTo(world.api);
    load.start(6);
    await waitFor(() => {
      expect(load.acknowledged).toBeGreaterThanOrEqual(60);
    }, 60_000);
    const opened = [...load.opened];
    const { code, stdout, stderr } = await backup(
      '--to',
      file,
      '--data-dir',
      world.environment['DATA_DIR'] ?? '',
    );
    await world.service.kill();
    await load.stop();

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(Number(/whole: (\d+) sessions/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(opened.length);
    expect(await readdir(copies)).toEqual(['guest-sessions.db']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    await world.restart({ DATA_DIR: copies });
    const sessions = await settled(world);
    const known = new Set(sessions.map(({ conversationId }) => conversationId));
    expect(opened.filter((id) => !known.has(id))).toEqual([]);
    expect(opened.filter((id) => crmStory(world.crm, id)[0] !== '1 connected')).toEqual([]);
    expect(await verdictOnTrail(world.service.url)).toBe('whole');
    await world.api.opened();
  });

  it('reports the reason of a failure', async () => {
    const there = join(copies, 'guest-sessions.db');
    expect(await backup('--to', there, '--data-dir', copies)).toMatchObject({
      code: 1,
      stderr: `No backup was written: ${there} exists. A backup replaces no file.\n`,
    });
    const unreachable = await backup('--to', join(copies, 'third.db'), '--data-dir', join(copies, 'empty'));
    expect(unreachable).toMatchObject({ code: 1 });
    expect(unreachable.stderr).toMatch(/No process of the service listens on \S+\/empty\/control\.sock/);
    const deep = await backup('--to', join(copies, 'third.db'), '--data-dir', join(copies, 'x'.repeat(100)));
    expect(deep.stderr).toMatch(/The path of DATA_DIR is too long for a control socket/);
    expect(await backup('--into', there)).toMatchObject({ code: 2 });
  });
});
