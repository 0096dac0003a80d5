import { openMessagingEnvironment, OPEN_INTEGRATION } from '../../../src/open-messaging-environment';
import { AgentStory, STORY_QUEUES } from '../../support/agent-story';
import { ApiClient } from '../../support/api-client';
import { until } from '../../support/until';
import type { Replica } from './replica';
import { ReplicaWorld } from './replica-world';

const SESSIONS = 24;

describe('the owner of the notification channels', () => {
  let world: ReplicaWorld;

  beforeAll(async () => {
    world = await ReplicaWorld.start({
      genesys: { openMessaging: { integrations: [OPEN_INTEGRATION] } },
      environment: {
        ...openMessagingEnvironment(),
        GENESYS_CHANNEL: 'open-messaging',
        GENESYS_NOTIFICATION_CHANNELS: '2',
        GENESYS_NOTIFICATION_QUEUES: STORY_QUEUES.join(),
        HEARTBEAT_MAX_INTERVAL_MS: '3000',
        HEARTBEAT_MIN_INTERVAL_MS: '3000',
      },
    });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('is another replica after a kill under load: nothing is missed, and nothing told twice', async () => {
    const stories = await Promise.all(Array.from({ length: SESSIONS }, (_, index) => story(index)));
    await until(async () => isConnected() && (await ownerNow()) !== undefined);
    const owner = await ownerNow();
    const playing = Promise.all(stories.map((each) => each.play()));
    await until(() => stories.some(({ hasAgent }) => hasAgent));
    await owner?.kill();
    await until(async () => isConnected() && (await ownerNow()) !== undefined);
    await playing;

    expect(world.genesys.notifications.channels.size).toBe(1);
    const api = new ApiClient(world.up[0]?.url ?? '');
    for (const { id, sequence, story: told } of stories) {
      expect(sequence).toEqual(sequence.map((_, index) => index + 1));
      expect(told).toEqual(AgentStory.told);
      expect((await api.get(id)).body).toMatchObject({ state: 'disconnected', endedBy: 'agent' });
    }
  });

  const isConnected = (): boolean =>
    [...world.genesys.notifications.channels].some(({ connection }) => connection !== undefined);

  function story(index: number): Promise<AgentStory> {
    return AgentStory.begin(world, new ApiClient(world.replicas[index % world.replicas.length]?.url ?? ''));
  }

  async function ownerNow(): Promise<Replica | undefined> {
    for (const replica of world.up) {
      const { body } = await new ApiClient(replica.url).request('GET', '/metrics');
      if (/^guest_sessions_notification_owner 1$/m.test(String(body['text']))) return replica;
    }
    return undefined;
  }
});
