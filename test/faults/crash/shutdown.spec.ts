import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { crmEvents, crmStory } from '../../support/invariants';
import { ProcessWorld } from '../../support/process-world';
import type { Exit } from '../../support/service-process';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { until } from '../../support/until';
import { waitFor } from '../../support/wait-for';

const OPENING = { method: 'POST', path: '/api/v2/conversations/messaging$' };
const API = { path: '^/api/' };
const STOPPED_WITHIN_MS = 30_000;

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each(DATABASES)('a service on %s that gets a SIGTERM', (database) => {
  let storage: ServiceStorage;
  let world: ProcessWorld;

  async function start(environment: Record<string, string>): Promise<void> {
    storage = await storages.create(database);
    world = await ProcessWorld.start(storage, { environment });
  }

  afterEach(async () => {
    await world.stop();
    await storage.remove();
  });

  describe('in the mode "handover"', () => {
    beforeEach(() => start({ SHUTDOWN_MODE: 'handover' }), 60_000);

    it('finishes pending requests, accepts no new ones, and leaves the sessions to its successor', async () => {
      const { service, genesys, crm } = world;
      const early = await world.api.openedMany(3);
      await using caller = new KeptConnection(world.api.url);
      await caller.send('GET', '/health/live');
      genesys.faults.add({ match: OPENING, fault: { kind: 'delay', ms: 2_000 }, times: 1 });
      const late = world.api.open();
      await openingArrived();

      const stopped = stop();
      await waitFor(async () => {
        expect(await service.readiness()).toBe(503);
      });
      const refused = await caller.send('POST', '/v1/sessions', { queueId: 'queue-1' });

      expect(refused).toMatchObject({ status: 503, isKept: true, body: { code: 'shutting-down' } });
      expect(Number(refused.retryAfter)).toBeGreaterThan(0);
      const opened = await late;
      expect(opened.status).toBe(201);
      await expectStopped(stopped, 0);

      const ids = [...early, String(opened.body['conversationId'])];
      expect(ids.map((id) => genesys.state.conversation(id)?.state)).toEqual(ids.map(() => 'connected'));
      await world.restart();
      await waitFor(() => {
        const beats = ids.map((id) => genesys.state.conversation(id)?.beatTimes.at(-1) ?? 0);
        expect(Math.min(...beats)).toBeGreaterThanOrEqual(world.service.spawnedAt);
      });
      await waitFor(() => {
        expect(ids.map((id) => crmStory(crm, id))).toEqual(ids.map(() => ['1 connected']));
      });
      expect(idsOf(await world.api.list('active'))).toEqual([...ids].sort());
    });

    it('ends at once with code 1 at the second signal', async () => {
      world.genesys.faults.add({ match: OPENING, fault: { kind: 'hang-before-headers' } });
      const hanging = world.api.open().catch(() => 'none');
      await openingArrived();
      const first = stop();
      await waitFor(async () => {
        expect(await world.service.readiness()).toBe(503);
      });

      const secondAt = performance.now();
      world.service.signal('SIGTERM');
      const exit = await first.exited;

      expect(exit.code).toBe(1);
      expect(exit.at - secondAt).toBeLessThan(5_000);
      expect(await hanging).toBe('none');
    });
  });

  describe('in the mode "disconnect"', () => {
    beforeEach(() => start({ SHUTDOWN_MODE: 'disconnect' }), 60_000);

    it('ends every session upstream and tells the CRM why', async () => {
      const ids = await world.api.openedMany(5);

      await expectStopped(stop(), 0);

      expectDisconnected(ids);
      expectToldOfShutdown(ids);
    });

    it('sends the CRM events after the next start when the CRM is down', async () => {
      const ids = await world.api.openedMany(3);
      await waitFor(() => {
        expect(world.crm.received).toHaveLength(ids.length);
      });
      world.crm.faults.add({ fault: { kind: 'status', status: 500 } });

      await expectStopped(stop(), 0);

      expectDisconnected(ids);
      expect(ids.map((id) => crmStory(world.crm, id))).toEqual(ids.map(() => ['1 connected']));
      world.crm.faults.clear();
      await world.restart();
      await waitFor(() => {
        expectToldOfShutdown(ids);
      });
    });

    describe('while Genesys Cloud and the CRM hang', () => {
      let ids: readonly string[];

      beforeEach(async () => {
        ids = await world.api.openedMany(3);
        await until(() => world.crm.received.length === ids.length);
        world.genesys.faults.add({ match: API, fault: { kind: 'hang-before-headers' } });
        world.crm.faults.add({ fault: { kind: 'hang-before-headers' } });
      });

      it('ends in time, and ends the sessions after the next start', async () => {
        await expectStopped(stop(), 0);

        await expectEndedBySuccessor();
      });

      it('ends in time, and ends the sessions after the next start, also when an opening used all of the time', async () => {
        const hanging = world.api.open().catch(() => undefined);
        await openingArrived();

        await expectStopped(stop(), 0);

        expect((await hanging)?.status).not.toBe(201);
        await expectEndedBySuccessor();
      });

      async function expectEndedBySuccessor(): Promise<void> {
        world.genesys.faults.clear();
        world.crm.faults.clear();
        await world.restart({ SHUTDOWN_MODE: 'handover' });
        await waitFor(() => {
          expectDisconnected(ids);
          expectToldOfShutdown(ids);
        });
      }
    });
  });

  /** Sends the signal; returns its time and the exit of the process. */
  function stop(): { sentAt: number; exited: Promise<Exit> } {
    world.service.signal('SIGTERM');
    return { sentAt: performance.now(), exited: world.service.exited };
  }

  async function expectStopped(stopping: ReturnType<typeof stop>, code: number): Promise<void> {
    const exit = await stopping.exited;
    expect(exit).toMatchObject({ code, signal: null });
    expect(exit.at - stopping.sentAt).toBeLessThan(STOPPED_WITHIN_MS);
  }

  async function openingArrived(): Promise<void> {
    await waitFor(() => {
      expect(world.genesys.requests.count({ ...OPENING, path: new RegExp(OPENING.path), status: null })).toBe(
        1,
      );
    });
  }

  function expectDisconnected(ids: readonly string[]): void {
    const states = ids.map((id) => world.genesys.state.conversation(id)?.state);
    expect(states).toEqual(ids.map(() => 'disconnected'));
  }

  function expectToldOfShutdown(ids: readonly string[]): void {
    expect(ids.map((id) => crmStory(world.crm, id))).toEqual(ids.map(() => ['1 connected', '2 terminated']));
    const reasons = ids.map((id) => crmEvents(world.crm).get(id)?.at(-1)?.metadata['endReason']);
    expect(reasons).toEqual(ids.map(() => 'shutdown'));
  }
});

interface StoredResponse {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Tells whether the request came over an earlier connection. */
  readonly isKept: boolean;
  readonly body: unknown;
}

/** A caller that keeps one connection. */
class KeptConnection implements AsyncDisposable {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly url: string) {}

  send(method: string, path: string, body?: unknown): Promise<StoredResponse> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = request(this.url + path, { agent: this.agent, method, headers }, (response) => {
        text(response).then((answer) => {
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            isKept: sent.reusedSocket,
            body: JSON.parse(answer) as unknown,
          });
        }, reject);
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.agent.destroy();
    return Promise.resolve();
  }
}

function idsOf(sessions: readonly { conversationId: string }[]): string[] {
  return sessions.map(({ conversationId }) => conversationId).sort();
}
