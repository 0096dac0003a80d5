import { RecordingLog } from '../../audit/recording-log.fake';
import {
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import type { Conversation } from '../../session/ports/guest-channel';
import { anAnswer, type FakeGenesysHttpClient } from '../transport/genesys-http-client.fake';
import { OpenMessagingChannel } from './open-messaging-channel';
import { anOpenConversation, API, GUEST, OpenMessagingWorld } from './open-messaging-world.fake';

const NOW = Date.parse('2027-01-15T08:00:00.000Z');
const SIGNAL = new AbortController().signal;

let http: FakeGenesysHttpClient;
let channel: OpenMessagingChannel;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  ({ http, channel } = new OpenMessagingWorld());
});
afterEach(() => {
  jest.useRealTimers();
});

function without(conversation: Conversation, ...names: (keyof Conversation)[]): Conversation {
  const kept = Object.entries(conversation).filter(([name]) => !names.includes(name as keyof Conversation));
  return Object.fromEntries(kept) as Conversation;
}

async function settled(work: Promise<unknown>): Promise<unknown> {
  const outcome = work.catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(60_000);
  return outcome;
}

const open = (conversation = anOpenConversation()): Promise<unknown> =>
  settled(channel.open(conversation, performance.now() + 30_000, SIGNAL));
const beat = (): Promise<unknown> => settled(channel.beat(anOpenConversation(), 1, SIGNAL));
const disconnect = (conversation = anOpenConversation()): Promise<unknown> =>
  settled(channel.disconnect(conversation, SIGNAL));
const sentBody = (index = 0): unknown => JSON.parse(http.requests[index]?.body ?? '{}');

describe(OpenMessagingChannel.name, () => {
  describe('opening', () => {
    it('is a message with the names, the attributes and our id, and asks for the id of the conversation', async () => {
      const conversation = anOpenConversation();
      http.next(anAnswer(200, { id: 'm1', conversationId: 'theirs' }));

      expect(await open(conversation)).toEqual({
        answer: { id: 'm1', conversationId: 'theirs' },
        genesysConversationId: 'theirs',
      });
      expect(http.requests).toMatchObject([
        { method: 'POST', url: `${API}/integration-1/inbound/open/message?prefetchConversationId=true` },
      ]);
      expect(sentBody()).toEqual({
        channel: {
          from: {
            id: 'guest-1',
            idType: 'Opaque',
            nickname: 'Ada',
            firstName: 'Ada',
            lastName: 'Lovelace',
            email: 'ada@example.com',
          },
          time: '2027-01-15T08:00:00.000Z',
          messageId: conversation.conversationId,
          metadata: {
            customAttributes: {
              orderId: '42',
              guestSessionId: conversation.conversationId,
              guestQueueId: 'support',
            },
          },
        },
        text: 'Where is my order?',
      });
    });

    it('never sends the guest token', async () => {
      const conversation = anOpenConversation();
      await open(conversation);

      expect(JSON.stringify(http.requests)).not.toContain(conversation.guestToken);
    });

    it('repeats the same message after a lost connection', async () => {
      http.next(new UpstreamUnavailableError({ sent: true }), anAnswer(202, { conversationId: 'theirs' }));

      expect(await open()).toMatchObject({ genesysConversationId: 'theirs' });
      expect(sentBody(1)).toMatchObject({
        channel: { messageId: (sentBody() as { channel: { messageId: string } }).channel.messageId },
      });
    });

    it('may have taken effect when the answer names no conversation', async () => {
      http.next(anAnswer(200, { id: 'm1' }));

      expect(await open()).toEqual(expect.any(UpstreamInvalidResponseError));
    });
  });

  describe('a beat', () => {
    it('reads the conversation among others in one request', async () => {
      http.next(
        anAnswer(200, {
          conversations: ['one', 'two'].map((conversationId) => ({ conversationId, participants: [] })),
        }),
      );
      const beats = ['one', 'two'].map((genesysConversationId) =>
        channel.beat(anOpenConversation({ genesysConversationId }), 1, SIGNAL),
      );

      expect(await settled(Promise.all(beats))).toEqual([{ kind: 'ok' }, { kind: 'ok' }]);
      expect(http.requests.map(({ url }) => url)).toEqual([
        'http://api.test/api/v2/analytics/conversations/details?id=one%2Ctwo',
      ]);
    });

    it('reads a conversation singly that analytics do not show yet', async () => {
      http.next(
        anAnswer(200, { conversations: [] }),
        anAnswer(200, { id: 'theirs', participants: [{ purpose: 'customer', state: 'connected' }] }),
      );

      expect(await beat()).toEqual({ kind: 'ok' });
      expect(http.requests[1]?.url).toBe(`${API}/theirs`);
    });

    it('reads a conversation singly that analytics show as ended, since its thread may go on', async () => {
      const conversation = {
        conversationId: 'theirs',
        conversationEnd: '2020-01-01T00:00:00.000Z',
        participants: [{ participantId: 'p1', purpose: 'customer' }],
      };
      http.next(
        anAnswer(200, { conversations: [conversation] }),
        anAnswer(200, { id: 'theirs', participants: [{ purpose: 'customer', state: 'connected' }] }),
      );

      expect(await beat()).toEqual({ kind: 'ok' });
      expect(http.requests[1]?.url).toBe(`${API}/theirs`);
    });

    it.each([400, 404, 413])('reads singly when a batch is refused with %d', async (status) => {
      const participants = [
        { id: 'p1', purpose: 'customer', state: 'disconnected', disconnectType: 'endpoint' },
      ];
      http.next(anAnswer(status), anAnswer(200, { id: 'theirs', participants }));

      expect(await beat()).toEqual({ kind: 'gone', endCause: 'endpoint' });
      expect(http.requests[1]?.url).toBe(`${API}/theirs`);
    });

    it.each([
      [403, 'forbidden'],
      [429, 'throttled'],
      [500, 'server-error'],
    ])('does not count a read that is answered with %d against the conversation', async (status, cause) => {
      http.next(anAnswer(status));

      expect(await beat()).toMatchObject({ kind: 'postponed', cause });
    });

    it('is postponed while the platform throttles', async () => {
      http.next(anAnswer(429, {}, '7'));

      expect(await beat()).toMatchObject({ kind: 'postponed', cause: 'throttled' });
    });
  });

  describe('disconnecting', () => {
    const participants = [
      { id: 'p0', purpose: 'acd' },
      { id: 'p1', purpose: 'customer' },
    ];
    const afterwards = anAnswer(200, {
      participants: [{ id: 'p1', purpose: 'customer', state: 'disconnected' }],
    });

    it('disconnects the customer, and reads whether it is gone', async () => {
      http.next(anAnswer(200, { participants }), anAnswer(202), afterwards);

      expect(await disconnect()).toEqual({ kind: 'confirmed', means: 'disconnect' });
      expect(http.requests.map(({ method, url }) => [method, url])).toEqual([
        ['GET', `${API}/theirs`],
        ['PATCH', `${API}/theirs/participants/p1`],
        ['GET', `${API}/theirs`],
      ]);
      expect(sentBody(1)).toEqual({ state: 'disconnected' });
    });

    it.each([
      ['the customer is still shown', anAnswer(200, { participants })],
      ['the read fails', anAnswer(500)],
    ])('is accepted and not confirmed while %s', async (_case, answer) => {
      http.next(anAnswer(200, { participants }), anAnswer(202), answer);

      expect(await disconnect()).toEqual({ kind: 'accepted' });
    });

    it.each([
      ['without a customer', [anAnswer(200, { participants: [] }), anAnswer(202), anAnswer(404)]],
      ['where that is refused', [anAnswer(200, { participants }), anAnswer(403), anAnswer(202), afterwards]],
    ])('disconnects the conversation %s', async (_case, answers) => {
      http.next(...answers);

      expect(await disconnect()).toMatchObject({ kind: 'confirmed' });
      expect(http.requests.at(-2)).toMatchObject({ method: 'PATCH', url: `${API}/theirs` });
    });

    it('leaves a conversation alone that the customer has left: an agent may be in after-call work', async () => {
      const left = { id: 'p1', purpose: 'customer', state: 'disconnected' };
      http.next(anAnswer(200, { participants: [left, { id: 'p2', purpose: 'agent', state: 'connected' }] }));

      expect(await disconnect()).toEqual({ kind: 'gone' });
      expect(http.requests).toHaveLength(1);
    });

    it('disconnects the part of the customer that is present in a continued thread', async () => {
      const earlier = { id: 'p1', purpose: 'customer', state: 'terminated' };
      http.next(
        anAnswer(200, { participants: [earlier, { id: 'p2', purpose: 'customer', state: 'connected' }] }),
        anAnswer(202),
        afterwards,
      );

      expect(await disconnect()).toMatchObject({ kind: 'confirmed' });
      expect(http.requests[1]?.url).toBe(`${API}/theirs/participants/p2`);
    });

    it('is done for a conversation that does not exist', async () => {
      http.next(anAnswer(404));

      expect(await disconnect()).toEqual({ kind: 'gone' });
    });

    it('fails for a while when everything is refused', async () => {
      http.next(anAnswer(200, { participants }), anAnswer(403), anAnswer(403));

      expect(await disconnect()).toEqual(expect.any(UpstreamForbiddenError));
    });

    it('asks for the unknown id with the same message, which begins no second conversation', async () => {
      const conversation = without(anOpenConversation(), 'genesysConversationId');
      http.next(
        anAnswer(200, { conversationId: 'found' }),
        anAnswer(200, { participants }),
        anAnswer(202),
        afterwards,
      );

      expect(await disconnect(conversation)).toMatchObject({ kind: 'confirmed' });
      expect(sentBody()).toMatchObject({ channel: { messageId: conversation.conversationId } });
      expect(http.requests[2]?.url).toBe(`${API}/found/participants/p1`);
    });

    it('is done where neither an id nor a guest is left', async () => {
      const conversation = without(anOpenConversation(), 'genesysConversationId', 'guestContext');

      expect(await disconnect(conversation)).toEqual({ kind: 'gone' });
      expect(http.requests).toEqual([]);
    });
  });

  it('completes opening messages with the first integration and a fresh guest', () => {
    const complete = (): { readonly guestId: string } =>
      channel.openingMessages.complete({ text: GUEST.text });

    expect(complete()).toMatchObject({ text: GUEST.text, integrationId: 'integration-1' });
    expect(complete().guestId).not.toBe(complete().guestId);
  });
});
