import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionResponse } from '../../../src/session/dto/session.response';
import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import {
  beatsSince,
  countIn,
  kindOf,
  limitsOf,
  longestSilences,
  openWithRetries,
  pause,
  severalClients,
  TEN_TIMES_FASTER,
  WINDOW_MS,
} from '../../support/compressed-time';
import { LogCapture } from '../../support/log-capture';
import { until } from '../../support/until';

const FOUR = ['one', 'two', 'three', 'four'];
const OWN_INTERVAL_MS = 3_000;

describe('four clients', () => {
  it('serve 500 sessions at the configured interval, each about a quarter of them', async () => {
    const SESSIONS = 500;
    const { clients, environment } = severalClients(FOUR);
    await using world = await World.start({
      environment: { ...TEN_TIMES_FASTER, ...environment },
      genesys: { clients, requestsPerMinute: 300, rateWindowMs: WINDOW_MS },
    });
    await openWithRetries(world.url, SESSIONS);
    await pause(2 * OWN_INTERVAL_MS);
    const since = Date.now();

    await pause(10_000);

    const till = Date.now();
    const silences = longestSilences(world, since, till);
    const limits = await limitsOf(world.url);
    expect(await countIn(world, 'active')).toBe(SESSIONS);
    expect(world.genesys.state.throttled / world.genesys.requests.total).toBeLessThan(0.01);
    expect(limits.clients.map(({ id }) => id)).toEqual(FOUR);
    expect(limits.clients.map(({ heartbeatIntervalMs }) => heartbeatIntervalMs)).toEqual(
      FOUR.map(() => OWN_INTERVAL_MS),
    );
    for (const { live } of limits.clients) {
      expect(live).toBeGreaterThan((0.6 * SESSIONS) / FOUR.length);
      expect(live).toBeLessThan((1.4 * SESSIONS) / FOUR.length);
    }
    expect(silences.at(-1)).toBeLessThan(4 * OWN_INTERVAL_MS);
  });

  it('tolerate that an administrator revokes one: only its sessions wait, and it recovers without a restart', async () => {
    const { clients, environment } = severalClients(FOUR);
    const logOutput = new LogCapture();
    await using world = await World.start({
      environment: { ...TEN_TIMES_FASTER, ...environment },
      genesys: { clients, requestsPerMinute: 300, rateWindowMs: WINDOW_MS },
      logOutput,
    });
    const { state } = world.genesys;
    await openWithRetries(world.url, 60);
    const idsOf = (client: string): string[] =>
      [...state.conversations.values()].filter((one) => one.client === client).map(({ id }) => id);
    const lost = idsOf('two');
    const others = FOUR.filter((id) => id !== 'two').flatMap(idsOf);
    const silentOf = (ids: readonly string[], since: number): string[] => {
      const beats = beatsSince(world, since);
      return ids.filter((id) => beats.get(id)?.length === 0);
    };
    expect(lost.length).toBeGreaterThan(0);
    await until(() => silentOf([...lost, ...others], 0).length === 0);

    state.revokeClient('two');
    // Beats that were in flight may still arrive.
    await until(() => logOutput.with('Access token request failed').length > 0);
    const revokedAt = Date.now();
    await pause(3 * OWN_INTERVAL_MS);

    expect(silentOf(lost, revokedAt)).toEqual(lost);
    expect(silentOf(others, revokedAt)).toEqual([]);
    expect(logOutput.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'Access token request failed', oauthClient: 'two' }),
    );
    const api = new ApiClient(world.url);
    const openings = await Promise.all(Array.from({ length: 12 }, () => api.open()));
    expect(openings.map(({ status }) => status)).toEqual(openings.map(() => 201));
    expect(idsOf('two')).toEqual(lost);
    expect(await countIn(world, 'active')).toBe(60 + openings.length);
    for (const id of lost) expect(await failuresOf(api, id)).toBe(0);

    state.restoreClient('two');
    const restoredAt = Date.now();
    await until(() => silentOf(lost, restoredAt).length === 0);
    expect(await countIn(world, 'active')).toBe(60 + openings.length);
  });
});

describe('a secret that is rotated on disk', () => {
  it('is used for the next token, without a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'secret-'));
    const file = join(directory, 'genesys');
    await writeFile(file, 'demo-secret\n');
    try {
      await using world = await World.start({
        environment: {
          ...TEN_TIMES_FASTER,
          GENESYS_CLIENT_SECRET: '',
          GENESYS_CLIENT_SECRET_FILE: file,
        },
        logOutput: new LogCapture(),
      });
      const { state, requests } = world.genesys;
      const ids = await openWithRetries(world.url, 10);

      state.setSecret('demo-client', 'another-secret');
      state.revokeTokens();
      const rotatedAt = Date.now();
      await until(() => requests.find({ path: '/oauth/token' }).some(({ status }) => status !== 200));
      expect(beatsSince(world, rotatedAt).get(ids[0] ?? '')).toEqual([]);
      await writeFile(file, 'another-secret\n');

      await until(() => ids.every((id) => (beatsSince(world, rotatedAt).get(id)?.length ?? 0) > 0));
      await openWithRetries(world.url, 1);
      expect(await countIn(world, 'active')).toBe(11);
      expect(requests.find().map(kindOf)).not.toContain('disconnect');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

async function failuresOf(api: ApiClient, conversationId: string): Promise<unknown> {
  const { heartbeat } = (await api.get(conversationId)).body as { heartbeat: SessionResponse['heartbeat'] };
  return heartbeat.consecutiveFailures;
}
