import type { Fault } from '../../../src/simulator/fault';
import { crmStory, settled } from '../../support/invariants';
import { ProcessWorld } from '../../support/process-world';
import type { ApiAnswer } from '../../support/service-api';
import { type DatabaseKind, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

const OPENING = { method: 'POST', path: '/api/v2/conversations/messaging' };
const LONGER_THAN_THE_TEST_MS = 600_000;
const CALLERS = 100;

/** The time of the kill: as soon as there is one more of these than before the requests. */
interface Moment {
  readonly title: string;
  readonly fault?: Fault;
  readonly countOf: (world: ProcessWorld) => number;
  /** Number of repeated requests that may find the opening unfinished and resume it. */
  readonly carryOn: readonly number[];
}

const unanswered = ({ genesys }: ProcessWorld): number =>
  genesys.requests.count({ method: 'POST', status: null });

const UPSTREAM_NEVER_DID: Moment = {
  title: 'before Genesys Cloud has executed the opening',
  fault: { kind: 'hang-before-headers' },
  countOf: unanswered,
  carryOn: [1],
};
const UPSTREAM_DID: Moment = {
  title: 'after Genesys Cloud has executed the opening, before its answer',
  fault: { kind: 'delay', ms: LONGER_THAN_THE_TEST_MS, effect: 'after' },
  countOf: unanswered,
  carryOn: [1],
};
const ANY: Moment = {
  title: 'about when Genesys Cloud answers',
  countOf: ({ genesys }) => genesys.requests.count(OPENING),
  carryOn: [0, 1],
};
const DURABLE: Moment = {
  title: 'when the session is durable',
  countOf: ({ crm }) => crm.received.length,
  carryOn: [0],
};

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each<[DatabaseKind, readonly Moment[]]>([
  ['SQLite', [UPSTREAM_NEVER_DID, UPSTREAM_DID, ANY, DURABLE]],
  ['PostgreSQL', [UPSTREAM_DID]],
])('100 requests with one idempotency key, to a service on %s that is killed', (database, moments) => {
  let storage: ServiceStorage;
  let world: ProcessWorld;
  let opened = 0;

  beforeAll(async () => {
    storage = await storages.create(database);
    world = await ProcessWorld.start(storage);
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  it.each(moments)(
    '$title: open one session, which every repeated request returns',
    async (moment) => {
      opened += 1;
      const before = await sendAndKill(moment);

      const answers = [await firstServed(), ...(await Promise.all(openings()))];

      const [first] = answers;
      expect(first?.status).toBe(201);
      for (const { status, body } of [...before, ...answers])
        expect({ status, body }).toEqual({ status: 201, body: first?.body });
      expect(moment.carryOn).toContain(answers.filter(({ isReplayed }) => !isReplayed).length);
      await expectOneOfEach(String(first?.body['conversationId']));
    },
    60_000,
  );

  it('leave no other session', async () => {
    const sessions = await settled(world);

    expect(sessions.map(({ state }) => state)).toEqual(moments.map(() => 'active'));
    expect(await world.api.metric('heartbeats_running')).toBe(moments.length);
  });

  function openings(): Promise<ApiAnswer>[] {
    return Array.from({ length: CALLERS }, () => world.api.open('queue-1', `key-${opened}`));
  }

  /** On PostgreSQL the opening belongs to the killed process until its lease has expired. */
  async function firstServed(): Promise<ApiAnswer> {
    return waitFor(async () => {
      const answer = await world.api.open('queue-1', `key-${opened}`);
      expect(answer.body['code']).not.toBe('request-in-progress');
      return answer;
    }, 30_000);
  }

  /** Sends the requests, kills the service at that moment, and restarts it; returns the answers before the kill. */
  async function sendAndKill({ fault, countOf }: Moment): Promise<ApiAnswer[]> {
    const before = countOf(world);
    if (fault !== undefined)
      world.genesys.faults.add({ match: { ...OPENING, path: `${OPENING.path}$` }, fault, times: 1 });
    const outcomes = Promise.allSettled(openings());
    await waitFor(() => {
      expect(countOf(world)).toBe(before + 1);
    });
    await world.restart();
    world.genesys.faults.clear();
    return (await outcomes).flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  }

  /** Checks each key for one conversation upstream, one CRM event and one slot. */
  async function expectOneOfEach(id: string): Promise<void> {
    const { conversations } = world.genesys.state;
    expect([conversations.size, conversations.get(id)?.state]).toEqual([opened, 'connected']);
    await waitFor(() => {
      expect(crmStory(world.crm, id)).toEqual(['1 connected']);
    });
    expect(await world.api.metric('session_slots_in_use')).toBe(opened);
  }
});
