import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { bearer } from '../support/callers';
import { LogCapture } from '../support/log-capture';

const ENTRY = resolve(__dirname, '../../dist/key.js');

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...parameters: readonly string[]): Promise<Outcome> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} does not exist: run "npm run build" first.`);
  return new Promise((resolveWith) => {
    const child = execFile(process.execPath, [ENTRY, ...parameters], (_, stdout, stderr) => {
      resolveWith({ code: child.exitCode, stdout, stderr });
    });
  });
}

describe('npm run key', () => {
  it('prints a valid key and its entry for the service', async () => {
    const { code, stdout } = await run('--name', 'billing', '--scopes', 'sessions.read,sessions.write');
    const [, key = '', entry = ''] = /^key {4}(\S+)\nentry {2}(.+)\n$/.exec(stdout) ?? [];
    await using world = await World.start({
      logOutput: new LogCapture(),
      environment: { ACCESS_MODE: 'keys', API_KEYS: `[${entry}]` },
    });

    expect(code).toBe(0);
    expect((await new ApiClient(world.url, bearer(key)).open()).status).toBe(201);
    expect((await new ApiClient(world.url).open()).status).toBe(401);
  });

  it('prints an entry with an expiry and limits on request', async () => {
    const end = '2027-01-01T00:00:00Z';
    const facts = ['--name', 'billing', '--scopes', 'sessions.read', '--expires', end];
    const limits = ['--requests-per-minute', '600', '--max-sessions', '40', '--event-streams', '50'];
    const { code, stdout } = await run(...facts, ...limits);

    expect(code).toBe(0);
    expect(JSON.parse(/^entry {2}(.+)$/m.exec(stdout)?.[1] ?? '')).toMatchObject({
      expires: end,
      requestsPerMinute: 600,
      maxSessions: 40,
      eventStreams: 50,
    });
  });

  it.each([
    [[]],
    [['--name', 'billing']],
    [['--name', 'Billing', '--scopes', 'sessions.read']],
    [['--name', 'billing', '--scopes', 'sessions.read,sessions.everything']],
    [['--name', 'billing', '--scopes', 'sessions.read', '--expires', 'tomorrow']],
    [['--name', 'billing', '--scopes', 'sessions.read', '--requests-per-minute', '0']],
    [['--name', 'billing', '--scopes', 'sessions.read', '--max-sessions', '0']],
    [['--name', 'billing', '--scopes', 'sessions.read', '--requests-per-minute', '']],
    [['--name', 'billing', '--scopes', 'sessions.read', '--requests-per-minute', '1e3']],
    [['--name', 'billing', '--scopes', 'sessions.read', '--expire', '2027-01-01T00:00:00Z']],
  ])('refuses %j', async (parameters) => {
    const { code, stdout, stderr } = await run(...parameters);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.length).toBeGreaterThan(0);
  });
});
