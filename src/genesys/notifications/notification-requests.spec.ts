import { RecordingLog } from '../../audit/recording-log.fake';
import { anAnswer } from '../transport/genesys-http-client.fake';
import { ChannelGoneError } from './channel-gone.errors';
import type { NotificationRequests } from './notification-requests';
import { NotificationServiceFake } from './notification-service.fake';
import { NotificationsWorld, START } from './notifications-world.fake';

const SIGNAL = new AbortController().signal;
const DAY_MS = 86_400_000;
const ID = 'channel-1';
const CHANNEL = { id: ID, connectUri: 'wss://streaming.example/channels/channel-1' };

let platform: NotificationServiceFake;
let requests: NotificationRequests;

beforeEach(async () => {
  RecordingLog.install();
  platform = await NotificationServiceFake.start();
  ({ requests } = new NotificationsWorld(platform));
});
afterEach(async () => {
  await platform[Symbol.asyncDispose]();
});

describe('a new channel', () => {
  it('lives as long as the platform states', async () => {
    platform.answers.push(anAnswer(200, { ...CHANNEL, expires: new Date(START + 5_000).toISOString() }));

    expect(await requests.create(SIGNAL)).toEqual({ ...CHANNEL, createdAt: START, expiresAt: START + 5_000 });
    expect(platform.requests).toMatchObject([
      { operation: 'notification', method: 'POST', url: 'http://api.test/api/v2/notifications/channels' },
    ]);
  });

  it.each([undefined, 'soon', new Date(START - 1).toISOString()])(
    'lives for a day with %p',
    async (expires) => {
      platform.answers.push(anAnswer(200, { ...CHANNEL, expires }));

      expect(await requests.create(SIGNAL)).toMatchObject({ expiresAt: START + DAY_MS });
    },
  );

  it.each([{}, { id: ID }, { ...CHANNEL, id: 'a b' }, { ...CHANNEL, connectUri: 'x'.repeat(2_049) }])(
    'is not read from %p',
    async (body) => {
      platform.answers.push(anAnswer(200, body));

      await expect(requests.create(SIGNAL)).rejects.toMatchObject({ code: 'upstream-invalid-response' });
    },
  );
});

describe('the subscriptions', () => {
  it('are replaced, with the rejected ones as the result', async () => {
    platform.add(ID);
    platform.rejected.set('b', ['routing:queue:view']);

    expect(await requests.subscribe(ID, ['a', 'b'], SIGNAL)).toEqual([
      { topic: 'b', missingPermissions: ['routing:queue:view'] },
    ]);
    expect(platform.requests).toMatchObject([
      {
        method: 'PUT',
        url: `http://api.test/api/v2/notifications/channels/${ID}/subscriptions?ignoreErrors=true`,
        body: '[{"id":"a"},{"id":"b"}]',
      },
    ]);
  });

  it.each([404, 410])('tell by %d that there is no such channel', async (status) => {
    platform.answers.push(anAnswer(status));

    await expect(requests.subscribe(ID, [], SIGNAL)).rejects.toThrow(ChannelGoneError);
  });

  it('fail with the error of any other answer', async () => {
    platform.answers.push(anAnswer(403));

    await expect(requests.subscribe(ID, [], SIGNAL)).rejects.toMatchObject({ code: 'upstream-forbidden' });
  });
});
