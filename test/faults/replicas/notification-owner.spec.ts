import { openMessagingEnvironment, OPEN_INTEGRATION } from '../../../src/open-messaging-environment';
import { ApiClient } from '../../support/api-client';
import { until } from '../../support/until';
import type { Replica } from './replica';
import { ReplicaWorld } from './replica-world';

const QUEUES = ['support', 'second-line'];
const SESSIONS = 24;
const AGENTS = ['11111111-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000002'];

interface CrmEvent {
  readonly state: string;
  readonly sequence: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Guest {
  readonly id: string;
  readonly theirs: string;
}

describe('the owner of the notification channels', () => {
  let world: ReplicaWorld;
  let guests: readonly Guest[];

  beforeAll(async () => {
    world = await ReplicaWorld.start({
      genesys: { openMessaging: { integrations: [OPEN_INTEGRATION] } },
      environment: {
        ...openMessagingEnvironment(),
        GENESYS_CHANNEL: 'open-messaging',
        GENESYS_NOTIFICATION_CHANNELS: '2',
        GENESYS_NOTIFICATION_QUEUES: QUEUES.join(),
        HEARTBEAT_MAX_INTERVAL_MS: '3000',
        HEARTBEAT_MIN_INTERVAL_MS: '3000',
      },
    });
    guests = await Promise.all(Array.from({ length: SESSIONS }, (_, index) => opened(index)));
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('is another replica after a kill under load: nothing is missed, and nothing told twice', async () => {
    await until(async () => isConnected() && (await ownerNow()) !== undefined);
    const owner = await ownerNow();
    const handled = guests.map((guest) => handle(guest));
    await until(() => guests.some(({ id }) => storyOf(id).includes(`agent-joined ${AGENTS[0]}`)));
    await owner?.kill();
    await until(async () => isConnected() && (await ownerNow()) !== undefined);
    await Promise.all(handled);

    expect(world.genesys.notifications.channels.size).toBe(1);
    for (const { id } of guests) await expectStory(id);
  });

  const isConnected = (): boolean =>
    [...world.genesys.notifications.channels].some(({ connection }) => connection !== undefined);

  async function ownerNow(): Promise<Replica | undefined> {
    for (const replica of world.up) {
      const { body } = await new ApiClient(replica.url).request('GET', '/metrics');
      if (/^guest_sessions_notification_owner 1$/m.test(String(body['text']))) return replica;
    }
    return undefined;
  }

  /** One agent joins and transfers, another one joins and ends, each act once the CRM knows of the one before it. */
  async function handle({ id, theirs }: Guest): Promise<void> {
    const { agent } = world.genesys.openMessaging;
    const [first = '', second = ''] = AGENTS;
    const acts: readonly (readonly [act: () => void, story: string])[] = [
      [() => agent.enqueue(theirs, QUEUES[0] ?? ''), 'waiting'],
      [() => agent.join(theirs, { userId: first }), 'agent-joined'],
      [() => agent.transfer(theirs, { queueId: QUEUES[1] ?? '' }), 'transferred'],
      [() => agent.join(theirs, { userId: second }), `agent-joined ${second}`],
      [() => agent.end(theirs, 'agent'), 'disconnected'],
    ];
    for (const [act, story] of acts) {
      act();
      await until(() => storyOf(id).some((line) => line.startsWith(story)));
    }
  }

  async function opened(index: number): Promise<Guest> {
    const api = new ApiClient(world.replicas[index % world.replicas.length]?.url ?? '');
    const { status, body } = await api.open({ text: `Guest ${index}`, queueId: QUEUES[0] ?? '' });
    if (status !== 201) throw new Error(`Opening answered ${status}: ${JSON.stringify(body)}`);
    const id = String(body['conversationId']);
    return { id, theirs: String((await api.get(id)).body['genesysConversationId']) };
  }

  const eventsOf = (id: string): CrmEvent[] => world.crm.eventsOf(id).map(({ body }) => body as CrmEvent);

  const storyOf = (id: string): string[] =>
    eventsOf(id).map(({ state, metadata: { userId } }) => [state, userId ?? []].flat().join(' '));

  /** Everything in sequence, each fact once, and the end with its cause. */
  async function expectStory(id: string): Promise<void> {
    const events = eventsOf(id);
    const [first = '', second = ''] = AGENTS;

    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(storyOf(id)).toEqual([
      'connected',
      'waiting',
      `agent-joined ${first}`,
      `transferred ${first}`,
      'waiting',
      `agent-joined ${second}`,
      `agent-left ${second}`,
      'disconnected',
    ]);
    expect((await new ApiClient(world.up[0]?.url ?? '').get(id)).body).toMatchObject({
      state: 'disconnected',
      endReason: 'agent-ended',
      endedBy: 'agent',
      assignment: { state: 'none' },
    });
  }
});
