import type { GuestSession } from '../../../src/simulator/web-messaging/guest-session';
import { DeliveriesApi } from '../../support/deliveries-api';
import { freePort } from '../../support/free-port';
import { administrate } from '../../support/postgres';
import { ProcessWorld } from '../../support/process-world';
import { ServiceApi } from '../../support/service-api';
import { ServiceProcess } from '../../support/service-process';
import { type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { until } from '../../support/until';
import { PreviousRelease } from './previous-release';

/** The expected state: one session that was started once and never closed, over one connection. */
const GOES_ON = { sessions: 1, closeRequests: 0, connections: 1 };

interface Guest {
  readonly id: string;
  readonly upstream: GuestSession;
}

describe('sessions that the previous release has opened over web-messaging', () => {
  const storages = new ServiceStorages();
  const previous = new PreviousRelease();
  let storage: ServiceStorage;
  let world: ProcessWorld;
  let newer: ServiceProcess | undefined;

  beforeAll(async () => {
    storage = await storages.create('PostgreSQL');
    world = await ProcessWorld.start(storage, {
      webMessaging: true,
      entry: previous.entry,
      environment: { GENESYS_CHANNEL: 'web-messaging', ...(await address()) },
    });
  });

  afterAll(async () => {
    await newer?.kill();
    await world.stop();
    await storage.remove();
    await storages.stop();
    previous[Symbol.dispose]();
  });

  it('continue beside this release and after it has replaced the other one, and send their end event once', async () => {
    const guests = [await opened(), await opened()];
    expect(await migrations()).not.toEqual(expect.arrayContaining(previous.missing.migrations));
    expect(await columns()).toEqual([]);
    await expectAlive(world.api, guests, 1);

    newer = await ServiceProcess.start({ ...world.environment, ...(await address()) });
    const api = new ServiceApi(newer.url);
    expect(await migrations()).toEqual(expect.arrayContaining(previous.missing.migrations));
    expect(await columns()).toEqual([...previous.missing.columns].sort());
    await expectTalk(api, guests, 'beside');
    await expectTalk(world.api, guests, 'there');

    world.service.signal('SIGTERM');
    expect(await world.service.exited).toMatchObject({ code: 0 });
    await until(() =>
      guests.every(({ upstream }) => upstream.configures > 1 && upstream.connections.size === 1),
    );
    await expectAlive(api, guests, 2);
    await expectTalk(api, guests, 'after');
    expect(guests.map(({ upstream }) => leaseIdOf(upstream))).toEqual(guests.map(() => GOES_ON));

    await expectEnds(api, guests);
  });

  async function address(): Promise<Record<string, string>> {
    const port = String(await freePort());
    return { PORT: port, REPLICA_URL: `http://127.0.0.1:${port}` };
  }

  async function opened(): Promise<Guest> {
    const { status, body } = await world.api.open();
    expect(status).toBe(201);
    const upstream = world.genesys.webMessaging.session(String(body['guestIdToken']));
    if (upstream === undefined) throw new Error(`No such guest upstream: ${JSON.stringify(body)}`);
    return { id: String(body['conversationId']), upstream };
  }

  /** The process keeps each session alive: this is the only echo of its connection for half a minute. */
  async function expectAlive(api: ServiceApi, guests: readonly Guest[], echoes: number): Promise<void> {
    for (const { id, upstream } of guests) {
      const session = async (): Promise<Beating> => (await api.get(id)).body as unknown as Beating;
      await until(() => upstream.echoes >= echoes);
      await until(async () => (await session()).heartbeat.lastSuccessAt !== undefined);
      expect(await session()).toMatchObject({ state: 'active', heartbeat: { consecutiveFailures: 0 } });
    }
  }

  /** Checks that one message is sent and one is received, each once. */
  async function expectTalk(api: ServiceApi, guests: readonly Guest[], text: string): Promise<void> {
    const { agent } = world.genesys.webMessaging;
    for (const { id, upstream } of guests) {
      const [question, answer] = [`question ${text}`, `answer ${text}`];
      expect((await api.say(id, question, `${id}-${text}`)).status).toBe(201);
      expect(upstream.messages.filter(({ content }) => content.text === question)).toHaveLength(1);
      agent.say(upstream.token, answer);
      const textsOf = async (): Promise<unknown[]> => (await api.messages(id)).map((message) => message.text);
      await until(async () => (await textsOf()).includes(answer));
      expect((await textsOf()).filter((each) => each === question || each === answer)).toHaveLength(2);
    }
  }

  /** Checks the end of one session by the platform and of one by a caller. */
  async function expectEnds(api: ServiceApi, guests: readonly Guest[]): Promise<void> {
    const [expiring, ended] = guests;
    if (expiring === undefined || ended === undefined) throw new Error('There are not two guests.');
    world.genesys.webMessaging.agent.expire(expiring.upstream.token);
    expect((await api.end(ended.id)).status).toBe(200);
    await until(async () => (await api.get(expiring.id)).body['state'] === 'disconnected');
    const deliveries = new DeliveriesApi(api.url);
    await until(async () => (await deliveries.list('?status=pending')).items.length === 0);

    const told = ({ id }: Guest): unknown[] => world.crm.eventsOf(id).map(({ body }) => body);
    expect(told(expiring)).toMatchObject([
      { state: 'connected', sequence: 1 },
      {
        state: 'disconnected',
        sequence: 2,
        metadata: { endReason: 'expired', endCause: 'SessionExpiredEvent' },
      },
    ]);
    expect(told(ended)).toMatchObject([
      { state: 'connected', sequence: 1 },
      { state: 'terminated', sequence: 2, metadata: { endReason: 'requested' } },
    ]);
  }

  async function migrations(): Promise<unknown[]> {
    return (await query('select name from kysely_migration')).map(({ name }) => name);
  }

  /** Columns of a session that the previous release lacks. */
  async function columns(): Promise<unknown[]> {
    const names = previous.missing.columns.map((name) => `'${name}'`).join(', ');
    const rows = await query(`select column_name as name from information_schema.columns
      where table_schema = 'public' and table_name = 'session' and column_name in (${names}) order by name`);
    return rows.map(({ name }) => name);
  }

  function query(statement: string): Promise<Record<string, unknown>[]> {
    return administrate(storage.environment['DATABASE_URL'] ?? '', statement);
  }
});

interface Beating {
  readonly heartbeat: { readonly lastSuccessAt?: string };
}

function leaseIdOf({ sessions, closeRequests, connections }: GuestSession): typeof GOES_ON {
  return { sessions, closeRequests, connections: connections.size };
}
