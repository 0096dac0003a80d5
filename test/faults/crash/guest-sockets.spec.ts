import type { GuestSession } from '../../../src/simulator/web-messaging/guest-session';
import { ProcessWorld } from '../../support/process-world';
import { type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

/**
 * `GUEST_SOCKETS=500` runs with the sockets of docs/performance.md. Each connects twice, and a process does not know
 * the connections of its predecessor: 500 are the platform's limit for a minute, if the machine is quiet enough for
 * each first attempt to succeed.
 */
const SOCKETS = Number(process.env['GUEST_SOCKETS'] ?? 40);
const TALKATIVE = 5;
const HELLO = 'Hello?';
const MINUTE_MS = 60_000;
const CONNECTIONS_PER_MINUTE = 1_000;
const OBSERVED_WITHIN_MS = 30_000 + 100 * SOCKETS;

interface Guest {
  readonly id: string;
  readonly upstream: GuestSession;
}

describe('a service that is killed while it holds guest sockets', () => {
  const storages = new ServiceStorages();
  let world: ProcessWorld;
  let guests: Guest[];
  let storage: ServiceStorage;

  beforeAll(async () => {
    storage = await storages.create('SQLite');
    world = await ProcessWorld.start(storage, {
      webMessaging: true,
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        SESSION_MAX_CONCURRENT: String(SOCKETS),
        SESSION_OPEN_DEADLINE_MS: '300000',
      },
      genesys: { webMessaging: { deployments: [{ autoStart: true }] } },
    });
    const openings = await world.api.openMany(SOCKETS);
    guests = openings.map(({ body }) => guestOf(world, body));
  }, OBSERVED_WITHIN_MS);

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  it(
    'resumes each of them, starts no new session and misses no message',
    async () => {
      const said = new Map(guests.map(({ id }) => [id, [] as string[]]));
      const sayToAll = (text: string): void => {
        for (const { id, upstream } of guests) {
          const message = world.genesys.webMessaging.agent.say(upstream.token, text);
          said.get(id)?.push(String(message?.id));
        }
      };
      await waitFor(() => {
        expect(guests.filter(({ upstream }) => upstream.joins === 0)).toEqual([]);
      });
      sayToAll('before');
      const interrupted = await sayUnanswered(world, guests.slice(0, TALKATIVE));
      await world.service.kill();
      await Promise.allSettled(interrupted);
      sayToAll('meanwhile');
      sayToAll('and again');
      const killedAt = performance.now();
      await world.restart();
      sayToAll('afterwards');

      await waitFor(() => {
        expect(guests.map(leaseIdOf)).toEqual(guests.map(() => GOES_ON));
      }, OBSERVED_WITHIN_MS);
      tell(world, guests, performance.now() - killedAt);
      await waitFor(async () => {
        for (const { id } of guests) expect(await fromAgents(world, id)).toEqual(said.get(id));
      }, OBSERVED_WITHIN_MS);

      expect(await world.api.list('active')).toHaveLength(SOCKETS);
      expect(world.genesys.webMessaging.sessions).toHaveLength(SOCKETS);
      expect(world.genesys.webMessaging.throttle.refused).toEqual({});
      expect(mostConnectsInAMinute(guests)).toBeLessThanOrEqual(CONNECTIONS_PER_MINUTE);
    },
    3 * OBSERVED_WITHIN_MS,
  );

  it('sends a message in flight once, when its caller repeats it with the key', async () => {
    for (const { id, upstream } of guests.slice(0, TALKATIVE)) {
      expect((await world.api.say(id, HELLO, id)).status).toBe(201);

      expect(hellosIn(upstream)).toBe(1);
      const messages = await world.api.messages(id);
      expect(messages.filter(({ text }) => text === HELLO)).toHaveLength(1);
    }
  });
});

/** The expected state: one session and one conversation, configured by the killed process and by its successor. */
const GOES_ON = { sessions: 1, isResumed: true, joins: 1, closeRequests: 0, isLive: true, connections: 1 };

function leaseIdOf({ upstream }: Guest): typeof GOES_ON {
  const { sessions, configures, joins, closeRequests, isLive, connections } = upstream;
  return { sessions, isResumed: configures > 1, joins, closeRequests, isLive, connections: connections.size };
}

function guestOf({ genesys }: ProcessWorld, body: Readonly<Record<string, unknown>>): Guest {
  const upstream = genesys.webMessaging.session(String(body['guestIdToken']));
  if (upstream === undefined) throw new Error(`No such guest upstream: ${JSON.stringify(body)}`);
  return { id: String(body['conversationId']), upstream };
}

/** Resolves with the pending requests as soon as all messages are upstream, without any answer to the service. */
async function sayUnanswered(
  { api, genesys }: ProcessWorld,
  guests: readonly Guest[],
): Promise<readonly Promise<unknown>[]> {
  const match = { class: 'StructuredMessage', bodyContains: HELLO };
  genesys.webMessaging.faults.add({ match, fault: { kind: 'drop' }, times: guests.length });
  const requests = guests.map(({ id }) => api.say(id, HELLO, id));
  await waitFor(() => {
    expect(guests.map(({ upstream }) => hellosIn(upstream))).toEqual(guests.map(() => 1));
  });
  return requests;
}

function hellosIn({ messages }: GuestSession): number {
  return messages.filter(({ content }) => content.text === HELLO).length;
}

async function fromAgents({ api }: ProcessWorld, id: string): Promise<string[]> {
  const messages = await api.messages(id);
  return messages.filter(({ text }) => text !== HELLO).map((message) => message.id);
}

function mostConnectsInAMinute(guests: readonly Guest[]): number {
  const times = guests.flatMap(({ upstream }) => upstream.logs.map(({ openedAt }) => openedAt));
  const since = (at: number): number => times.filter((time) => time >= at && time < at + MINUTE_MS).length;
  return Math.max(...times.map(since));
}

function tell({ service }: ProcessWorld, guests: readonly Guest[], sinceKillMs: number): void {
  if (process.env['GUEST_SOCKETS'] === undefined) return;
  const resumedAt = guests.map(({ upstream }) => upstream.logs.at(-1)?.openedAt ?? Infinity);
  const [first, last] = [Math.min(...resumedAt), Math.max(...resumedAt)].map((at) => at - service.spawnedAt);
  process.stderr.write(
    `${guests.length} sockets resumed; after the start of the process the first connected within ${first} ms, ` +
      `the last within ${last} ms; ${Math.round(sinceKillMs)} ms after the kill all were seen live\n`,
  );
}
