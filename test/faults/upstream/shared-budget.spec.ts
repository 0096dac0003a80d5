import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../../src/app.setup';
import { readEnvironment } from '../../../src/config/read-environment';
import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import { pause, TEN_TIMES_FASTER, WINDOW_MS } from '../../support/compressed-time';
import { createDatabase } from '../../support/postgres';
import { until } from '../../support/until';

const ALLOWED = 60;
/** On a busy machine the requests of one window may arrive in a time that is shorter by this. */
const BUSY_MS = 600;
const CALLERS = 6;
/** The requests of two windows take twelve seconds on a quiet machine. */
const ENOUGH_WITHIN_MS = 120_000;

async function another(world: World): Promise<NestFastifyApplication> {
  const environment = readEnvironment(world.environment);
  const app = await createApp(environment);
  await app.listen({ host: environment.HOST, port: 0 });
  return app;
}

/** Opens and ends sessions until it is stopped. */
async function insist(url: string, hasEnough: () => boolean): Promise<void> {
  const api = new ApiClient(url);
  while (!hasEnough()) {
    const { status, body } = await api.open();
    if (status === 201) await api.end(String(body['conversationId']));
    else await pause(100);
  }
}

describe('three replicas that share one client', () => {
  it('send together no more than the platform allows the client', async () => {
    const database = await createDatabase();
    const world = await World.start({
      environment: {
        ...TEN_TIMES_FASTER,
        DATABASE_URL: database.url,
        GENESYS_REQUESTS_PER_MINUTE: String(ALLOWED),
      },
      // Each replica has its own token, and that token's window does not show the other replicas' requests.
      genesys: { requestsPerMinute: ALLOWED, rateWindowMs: WINDOW_MS },
    });
    const others = [await another(world), await another(world)];
    const urls = [world.url, ...(await Promise.all(others.map((app) => app.getUrl())))];
    let hasEnough = false;
    const callers = urls.flatMap((url) =>
      Array.from({ length: CALLERS }, () => insist(url, () => hasEnough)),
    );

    const sentSoFar = (): number[] =>
      world.genesys.requests
        .find()
        .filter(({ path }) => path !== '/oauth/token')
        .map(({ at }) => at);
    await until(() => sentSoFar().length >= 2 * ALLOWED, ENOUGH_WITHIN_MS);

    const sent = sentSoFar();
    hasEnough = true;
    await Promise.all(callers);
    for (const app of others) await app.close();
    await world[Symbol.asyncDispose]();
    await database.drop();

    const inWindow = (from: number): number =>
      sent.filter((at) => at >= from && at < from + WINDOW_MS - BUSY_MS).length;
    expect(Math.max(...sent.map(inWindow))).toBeLessThanOrEqual(ALLOWED);
  });
});
