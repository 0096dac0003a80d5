import { RecordingLog } from '../../audit/recording-log.fake';
import { UpstreamServerError } from '../../common/errors/upstream.errors';
import type { MessageToSend } from '../../session/ports/guest-messaging';
import { anAnswer, type FakeGenesysHttpClient } from '../transport/genesys-http-client.fake';
import { OpenMessages } from './open-messages';
import { anOpenConversation, API, OpenMessagingWorld } from './open-messaging-world.fake';

const NOW = Date.parse('2027-01-15T08:00:00.000Z');
const SIGNAL = new AbortController().signal;
const REFERENCE = 'a3d0f1de-0000-4000-8000-000000000001';
const TEXT = { reference: REFERENCE, isRepeatable: false, text: 'Hello' };
const ANSWER = {
  id: 'm1',
  channel: { time: '2027-01-15T08:00:00.123Z', from: { nickname: 'Ada' } },
  type: 'Text',
  text: 'Hello',
};

let http: FakeGenesysHttpClient;
let messages: OpenMessages;
let log: RecordingLog;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  ({ http, messages } = new OpenMessagingWorld());
});
afterEach(() => {
  jest.useRealTimers();
});

async function send(message: MessageToSend): Promise<unknown> {
  const outcome = messages.send(anOpenConversation(), message, SIGNAL).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(60_000);
  return outcome;
}

describe(OpenMessages.name, () => {
  it('sends a text under the id of its request, and resolves with the message of the conversation', async () => {
    http.next(anAnswer(200, ANSWER));

    expect(await send({ ...TEXT, customAttributes: { step: '2' } })).toEqual({
      id: 'm1',
      reference: REFERENCE,
      direction: 'inbound',
      type: 'text',
      text: 'Hello',
      content: [],
      from: { nickname: 'Ada' },
      sentAt: '2027-01-15T08:00:00.123Z',
    });
    expect(http.requests[0]?.url).toBe(`${API}/integration-1/inbound/open/message`);
    expect(JSON.parse(http.requests[0]?.body ?? '')).toMatchObject({
      channel: { messageId: REFERENCE, metadata: { customAttributes: { step: '2' } } },
      text: 'Hello',
    });
  });

  it('sends a choice as a response to its message', async () => {
    http.next(anAnswer(200, { ...ANSWER, type: 'Structured', text: 'Yes' }));
    const choice = { type: 'QuickReply', text: 'Yes', payload: 'yes' } as const;
    await send({
      reference: REFERENCE,
      isRepeatable: false,
      buttonResponses: [choice],
      originatingMessageId: 'offer',
    });

    expect(http.requests[0]?.url).toBe(`${API}/integration-1/inbound/open/structured/response`);
    expect(JSON.parse(http.requests[0]?.body ?? '')).toMatchObject({
      buttonResponse: choice,
      originatingMessageId: 'offer',
    });
  });

  it('sends files as URLs, and shows those of the request whatever the answer says', async () => {
    http.next(anAnswer(200, { ...ANSWER, text: undefined }));
    const image = { url: 'https://files.example/a', mime: 'IMAGE/png', filename: 'a.png', text: 'A fjord' };
    const link = { url: 'https://files.example/b', mime: 'text/html', mediaType: 'Link' as const };
    const sent = await send({ reference: REFERENCE, isRepeatable: false, attachments: [image, link] });

    const attachments = [{ ...image, mediaType: 'Image' }, link];
    const content = attachments.map((attachment) => ({ contentType: 'Attachment', attachment }));
    const body = JSON.parse(http.requests[0]?.body ?? '') as object;
    expect(body).toMatchObject({ channel: { messageId: REFERENCE }, content });
    expect(body).not.toHaveProperty('text');
    expect(sent).toMatchObject({
      id: 'm1',
      reference: REFERENCE,
      content: attachments.map((attachment) => ({
        type: 'attachment',
        attachment: { ...attachment, id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown },
      })),
    });
  });

  it.each([
    ['image/gif', 'Image'],
    ['video/mp4', 'Video'],
    ['Audio/ogg', 'Audio'],
    ['application/pdf', 'File'],
    ['constructor/x', 'File'],
  ])('derives the kind of %s', async (mime, mediaType) => {
    http.next(anAnswer(200, ANSWER));
    await send({ ...TEXT, attachments: [{ url: 'https://files.example/a', mime }] });

    expect(JSON.parse(http.requests[0]?.body ?? '')).toMatchObject({
      content: [{ attachment: { mediaType } }],
    });
  });

  it.each<[string, Partial<MessageToSend>]>([
    ['a form', { formResponse: { cannedResponseId: 'c', answers: [] } }],
    ['an uploaded file', { attachmentIds: ['file'] }],
    [
      'a choice with a file',
      {
        buttonResponses: [{ type: 'Button', text: 'a', payload: 'a' }],
        originatingMessageId: 'offer',
        attachments: [{ url: 'https://files.example/a', mime: 'image/png' }],
      },
    ],
    ['a choice without its message', { buttonResponses: [{ type: 'Button', text: 'a', payload: 'a' }] }],
    [
      'an item of a list',
      { buttonResponses: [{ type: 'ListPicker', text: 'a', payload: 'a' }], originatingMessageId: 'offer' },
    ],
    [
      'two choices',
      {
        buttonResponses: ['a', 'b'].map((text) => ({ type: 'Button', text, payload: text }) as const),
        originatingMessageId: 'offer',
      },
    ],
  ])('does not send %s, for which the platform has no request', async (_case, content) => {
    expect(await send({ ...TEXT, ...content })).toMatchObject({ code: 'not-supported-by-channel' });
    expect(http.requests).toEqual([]);
  });

  it('sends the messages of a conversation one after the other, also past a failure', async () => {
    http.next(anAnswer(500), anAnswer(200, ANSWER));
    const conversation = anOpenConversation();
    const both = Promise.allSettled(
      ['first', 'second'].map((text) => messages.send(conversation, { ...TEXT, text }, SIGNAL)),
    );
    await jest.advanceTimersByTimeAsync(1_000);

    expect(await both).toMatchObject([
      { status: 'rejected', reason: expect.any(UpstreamServerError) as unknown },
      { status: 'fulfilled' },
    ]);
    expect(http.requests.map(({ body }) => (JSON.parse(body ?? '') as { text: string }).text)).toEqual([
      'first',
      'second',
    ]);
  });

  it('uploads nothing', async () => {
    await expect(messages.upload()).rejects.toMatchObject({ code: 'not-supported-by-channel' });
  });

  it('shows typing at most every five seconds', async () => {
    const conversation = anOpenConversation();
    messages.typing(conversation);
    messages.typing(conversation);
    await jest.advanceTimersByTimeAsync(5_000);
    messages.typing(conversation);
    await jest.advanceTimersByTimeAsync(10);

    expect(http.requests.map(({ url }) => url)).toEqual([
      `${API}/integration-1/inbound/open/event`,
      `${API}/integration-1/inbound/open/event`,
    ]);
    expect(JSON.parse(http.requests[0]?.body ?? '')).toMatchObject({ events: [{ eventType: 'Typing' }] });
  });

  it('logs typing that is not sent', async () => {
    http.next(anAnswer(403));
    messages.typing(anOpenConversation());
    await jest.advanceTimersByTimeAsync(10);

    expect(log.at('warn')).toMatchObject([{ message: 'Inbound request not sent', operation: 'typing' }]);
  });
});
