import type { Fault } from '../../../src/simulator/fault';
import type { EndedBy } from '../../../src/simulator/open-messaging/open-conversation';
import { followLoopTime } from '../../support/loop-time';
import { expectRow, type OpenRow, OpenWorld, OpenWorlds } from '../../support/open-messaging-matrix';
import { until } from '../../support/until';
import { status } from '../../support/upstream-matrix';

const worlds = new OpenWorlds();

followLoopTime(3);

const ANALYTICS = '^/api/v2/analytics/conversations/details$';
const BEATING = { HEARTBEAT_MAX_INTERVAL_MS: '600', HEARTBEAT_MIN_INTERVAL_MS: '600' };

/** The session's end reason and cause for each end upstream. */
const ENDS: [by: EndedBy, joins: boolean, ended: string][] = [
  ['agent', true, 'agent-ended peer'],
  ['customer', true, 'gone endpoint'],
  ['inactivity', true, 'gone inactivity'],
  ['system', true, 'gone system'],
  ['spam', true, 'gone spam'],
  ['inactivity', false, 'gone inactivity'],
  ['api', false, 'gone client'],
];

/** Disconnect types of the customer's part, with those of the agent. */
const TYPES = [
  ['error', 'gone error'],
  ['transport.failure', 'gone transportFailure'],
  ['timeout', 'gone timeout'],
  ['session.expired', 'expired sessionExpired'],
  ['uncallable', 'gone uncallable'],
  ['other', 'gone other'],
] as const;

/** Faults of analytics that are no evidence about a conversation. */
const POSTPONEMENTS: [what: string, fault: Fault][] = [
  ['401', status(401)],
  ['403', status(403)],
  ['a reset', { kind: 'reset' }],
];

const FAILURES: [what: string, fault: Fault][] = [
  ['400', status(400)],
  ['404', status(404)],
  ['500', status(500)],
  ['HTML', { kind: 'garbage' }],
  ['an empty body', { kind: 'empty' }],
  ['truncated JSON', { kind: 'truncated-json' }],
];

/** One spoiled request of a disconnect: the caller gets 202, and a later attempt succeeds. */
const RETRIED: [what: string, method: 'GET' | 'PATCH', part: string, fault: Fault, patches: number][] = [
  ['500 to the details', 'GET', '$', status(500), 1],
  ['HTML for the details', 'GET', '$', { kind: 'garbage' }, 1],
  ['a list for the details', 'GET', '$', { kind: 'status', status: 200, body: [] }, 1],
  ['403 to the details', 'GET', '$', status(403), 1],
  ['a reset of the details', 'GET', '$', { kind: 'reset' }, 1],
  ['500 to the participant', 'PATCH', '/participants/', status(500), 2],
  ['503 to the participant', 'PATCH', '/participants/', status(503), 2],
  // The next attempt reads that the customer has left, and changes nothing.
  ['500 after the fact', 'PATCH', '/participants/', { ...status(500), effect: 'after' } as Fault, 1],
  ['a reset after the fact', 'PATCH', '/participants/', { kind: 'reset', effect: 'after' }, 1],
];

/** Refusals of the customer's part: the whole conversation is disconnected. */
const FALLBACKS: [what: string, fault: Fault][] = [
  ['400', status(400)],
  ['403', status(403)],
  ['404', status(404)],
  ['409', status(409)],
];

const beating = (): Promise<OpenWorld> => worlds.get('beating', { environment: BEATING });
const calm = (): Promise<OpenWorld> => worlds.get('calm');

/** Waits for this number of further reads of the guest's conversation. */
async function reads(row: OpenRow, times = 2): Promise<void> {
  const { requests } = row.world.world.genesys;
  const count = (): number =>
    requests
      .find({ path: new RegExp(ANALYTICS) })
      .filter(({ query }) => query['id']?.includes(row.upstream?.id ?? 'none')).length;
  const before = count();
  await until(() => count() >= before + times);
}

function spoilAnalytics({ world }: OpenWorld, fault: Fault, times?: number): void {
  const match = { path: ANALYTICS };
  world.genesys.faults.add({ match, fault, ...(times === undefined ? {} : { times }) });
}

describe('an end upstream', () => {
  it.concurrent.each(ENDS)('by %s (agent joined: %s) ends the session as %s', async (by, joins, ended) => {
    const row = await (await beating()).opened();
    if (joins) row.agent.join(row.guestId);
    row.agent.end(row.guestId, by);
    await expectRow(row, {
      session: `disconnected ${ended}`,
      upstream: by,
      patches: 0,
      crm: ['connected', 'disconnected'],
      received: ['Hello'],
    });
  });

  it.concurrent.each(TYPES)('with the type %s ends the session as %s', async (type, ended) => {
    const row = await (await beating()).opened();
    row.agent.join(row.guestId);
    row.agent.end(row.guestId, 'system', { customer: type, agent: type });
    await expectRow(row, { session: `disconnected ${ended}`, crm: ['connected', 'disconnected'] });
  });

  it.concurrent('never comes with transfers', async () => {
    const row = await (await beating()).opened();
    row.agent.join(row.guestId);
    row.agent.transfer(row.guestId, { queueId: 'second-line' });
    await reads(row);
    row.agent.join(row.guestId, { userId: 'b2b2b2b2-0000-4000-8000-000000000002' });
    await reads(row);
    const assignments = ['agent-joined', 'transferred', 'waiting', 'agent-joined'];
    await expectRow(row, { session: 'active', upstream: 'open', crm: ['connected'], assignments });
  });

  it.concurrent('that a message of the guest has revived ends nothing', async () => {
    const world = await calm();
    const row = await world.opened();
    row.agent.join(row.guestId);
    row.agent.end(row.guestId, 'inactivity');
    expect(await row.say('Wait!')).toBe('201');
    await expectRow(row, { session: 'active', upstream: 'open', received: ['Hello', 'Wait!'] });
    expect(row.upstream?.revivals).toBe(1);
    expect(await row.end()).toBe('200');
    await expectRow(row, { session: 'terminated requested confirmed', upstream: 'customer', patches: 1 });
  });

  it.concurrent('that analytics show late ends the session, once they show it', async () => {
    await using world = await OpenWorld.start({
      environment: BEATING,
      simulator: { analyticsLagMs: 1_000 },
    });
    const row = await world.opened();
    row.agent.join(row.guestId);
    row.agent.end(row.guestId, 'agent');
    await expectRow(row, { session: 'disconnected agent-ended peer', crm: ['connected', 'disconnected'] });
  });

  it.concurrent('of an earlier session of the guest, which analytics still show, ends nothing', async () => {
    await using world = await OpenWorld.start({ environment: BEATING, simulator: { analyticsLagMs: 2_000 } });
    const row = await world.opened();
    row.agent.join(row.guestId);
    row.agent.end(row.guestId, 'agent');
    await expectRow(row, { session: 'disconnected agent-ended peer' });
    const endedAt = row.upstream?.endedAt ?? 0;
    // Analytics begin to show the end when a later session has revived the conversation.
    await until(() => Date.now() > endedAt + 1_000);
    expect(await row.open()).toBe('201');
    await until(() => Date.now() > endedAt + 2_000);
    await reads(row, 1);
    await expectRow(row, { session: 'active', upstream: 'open', received: ['Hello', 'Hello'] });
    expect(row.upstream?.revivals).toBe(1);
  });

  it.concurrent('of a conversation that is unknown upstream ends the session', async () => {
    await using world = await OpenWorld.start({ environment: BEATING });
    const row = await world.opened();
    world.world.genesys.openMessaging.reset();
    await expectRow(row, { session: 'disconnected gone 404 not.found', upstream: 'none', patches: 0 });
  });
});

describe('a beat', () => {
  it.concurrent.each([...POSTPONEMENTS, ...FAILURES])(
    'that meets %s for less than the threshold keeps the session active',
    async (_what, fault) => {
      await using world = await OpenWorld.start({ environment: BEATING });
      spoilAnalytics(world, fault, 2);
      const row = await world.opened();
      await reads(row, 4);
      await expectRow(row, { session: 'active', upstream: 'open', crm: ['connected'], patches: 0 });
      row.agent.join(row.guestId);
      row.agent.end(row.guestId, 'agent');
      await expectRow(row, { session: 'disconnected agent-ended peer', patches: 0 });
    },
  );

  it.concurrent.each(POSTPONEMENTS)(
    'that meets %s all the time keeps the session active',
    async (_what, fault) => {
      await using world = await OpenWorld.start({ environment: BEATING });
      spoilAnalytics(world, fault);
      const row = await world.opened();
      await reads(row, 5);
      await expectRow(row, { session: 'active', upstream: 'open', crm: ['connected'], patches: 0 });
    },
  );

  it.concurrent('that meets a 429 for an hour is the last one, and the session stays active', async () => {
    await using world = await OpenWorld.start({ environment: BEATING });
    spoilAnalytics(world, status(429, 3_600));
    const row = await world.opened();
    await reads(row, 1);
    await until(async () => (await world.counter('heartbeats_total{result="postponed"}')) > 3);
    expect(world.world.genesys.requests.count({ path: new RegExp(ANALYTICS) })).toBe(1);
    await expectRow(row, { session: 'active', upstream: 'open', crm: ['connected'] });
  });
});

describe('an end by the caller', () => {
  it.concurrent.each(RETRIED)('that meets %s is retried', async (_what, method, part, fault, patches) => {
    const row = await (await calm()).opened();
    row.spoilConversation(method, part, fault, 1);
    expect(await row.end()).toBe('202');
    await expectRow(row, {
      session: 'terminated requested confirmed',
      upstream: 'customer',
      patches,
      crm: ['connected', 'terminated'],
    });
  });

  it.concurrent.each(FALLBACKS)(
    'that meets %s for the customer ends the conversation',
    async (_what, fault) => {
      const row = await (await calm()).opened();
      row.spoilConversation('PATCH', '/participants/', fault);
      expect(await row.end()).toBe('200');
      await expectRow(row, { session: 'terminated requested confirmed', upstream: 'api', patches: 2 });
    },
  );

  it.concurrent.each([404, 410])('that meets %d is complete', async (code) => {
    const row = await (await calm()).opened();
    row.spoilConversation('GET', '$', status(code));
    expect(await row.end()).toBe('200');
    await expectRow(row, {
      session: 'terminated requested confirmed',
      patches: 0,
      crm: ['connected', 'terminated'],
    });
  });

  it.concurrent('of a conversation that has ended already is complete', async () => {
    const row = await (await calm()).opened();
    row.agent.join(row.guestId);
    row.agent.end(row.guestId, 'agent');
    expect(await row.end()).toBe('200');
    await expectRow(row, {
      session: 'terminated requested confirmed',
      upstream: 'agent',
      received: ['Hello'],
    });
  });
});
