import { randomUUID } from 'node:crypto';
import { RecordingLog } from '../../audit/recording-log.fake';
import { anActiveSession } from '../../session/domain/session.builder';
import { anAnswer } from '../transport/genesys-http-client.fake';
import { WebMessages } from './web-messages';
import { WebMessagingWorld } from './web-messaging-world.fake';

const FILE = { fileName: 'a.png', fileType: 'image/png', fileSize: 1024 };

let server: WebMessagingWorld['server'];
let sockets: WebMessagingWorld['sockets'];
let messages: WebMessages;
let http: WebMessagingWorld['http'];

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  ({ server, sockets, messages, http } = new WebMessagingWorld());
  server.begun();
});
afterEach(() => {
  sockets.beforeApplicationShutdown();
  jest.useRealTimers();
});

async function* nothing(): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield Buffer.alloc(0);
}

/** The error of an upload within the time; undefined when it is still pending. */
async function outcomeOf(file: object = {}, withinMs = 1_000, conversationId = 'c-1'): Promise<unknown> {
  let outcome: unknown;
  const { snapshot } = anActiveSession();
  const { signal } = new AbortController();
  const upload = { ...FILE, content: nothing(), ...file };
  messages
    .upload({ ...snapshot, conversationId }, upload, signal)
    .catch((error: unknown) => (outcome = error));
  await jest.advanceTimersByTimeAsync(withinMs);
  return outcome;
}

/** Sets the limits that the session states for files. */
function allow(allowedMedia: object | undefined, blockedExtensions: string[] = []): void {
  server.sessions.push({ allowedMedia, blockedExtensions });
}

function mode(types: string[], maxFileSizeKB = 1): object {
  return { inbound: { fileTypes: types.map((type) => ({ type })), maxFileSizeKB } };
}

describe(`${WebMessages.name} and answers`, () => {
  const choice = (type: 'Button' | 'DatePicker' | 'QuickReply'): object => ({
    buttonResponses: [{ type, text: 'Yes', payload: 'y' }],
  });
  const formResponse = { cannedResponseId: 'canned-1', answers: [] };

  it.each<[string, object, string | undefined]>([
    ['a quick reply', choice('QuickReply'), 'Yes'],
    ['a button of a card', choice('Button'), 'Yes'],
    ['a quick reply with a text', { text: 'Sure', ...choice('QuickReply') }, 'Sure'],
    ['a date picker', choice('DatePicker'), undefined],
    ['a form', { formResponse }, ''],
    ['a form with a text', { text: 'Sent', formResponse }, 'Sent'],
  ])('sends the text of official clients with %s', async (_what, content, text) => {
    const message = { reference: randomUUID(), isRepeatable: false, ...content };
    void messages.send(anActiveSession().snapshot, message, new AbortController().signal).catch(() => null);
    await jest.advanceTimersByTimeAsync(1_000);

    const [frame] = server.of('onMessage');
    expect((frame as unknown as { message: { text?: string } }).message.text).toBe(text);
  });
});

describe(`${WebMessages.name} and refusals`, () => {
  const TOO_LONG = { errorCode: 4011, errorMessage: 'Message length 5000 is larger than 4096' };
  const TOO_LARGE = 'Custom Attributes in channel metadata is larger than 2048 bytes';

  // Each refusal comes with and without a tracing id; without one, the message is the only pending request.
  it.each<[string, unknown, number, string]>([
    ['string', 'Missing parameter', 4020, 'parameter-missing'],
    ['string', TOO_LONG.errorMessage, 4011, 'text-too-long'],
    ['string', TOO_LARGE, 4013, 'attributes-too-large'],
    ['Error', TOO_LONG, 400, 'text-too-long'],
    ['ErrorMessage', { name: 'Error', message: 'm', ...TOO_LONG }, 400, 'text-too-long'],
    ['SomethingNew', TOO_LONG, 400, 'text-too-long'],
  ])(
    'name the reason at once when the platform refuses a message: %s %j %d',
    async (name, body, code, reason) => {
      for (const isTraced of [true, false])
        server.next('onMessage', ({ tracingId }, connection) => {
          connection.say(name, body, { code, ...(isTraced ? { tracingId } : {}) });
        });

      expect(await refusalOfText()).toMatchObject({ code: 'message-refused', reason });
      expect(await refusalOfText()).toMatchObject({ code: 'message-refused', reason });
      expect(server.of('onMessage')).toHaveLength(2);
    },
  );

  async function refusalOfText(): Promise<unknown> {
    const message = { reference: randomUUID(), isRepeatable: false, text: 'Hi' };
    let outcome: unknown;
    messages
      .send(anActiveSession().snapshot, message, new AbortController().signal)
      .catch((error: unknown) => (outcome = error));
    await jest.advanceTimersByTimeAsync(1_000);
    return outcome;
  }
});

describe(`${WebMessages.name} and files`, () => {
  it.each<[string, object | undefined, string[], object]>([
    ['not-enabled', {}, [], {}],
    ['not-enabled', { inbound: {} }, [], {}],
    ['type-not-allowed', mode(['image/jpeg', 'video/*']), [], {}],
    ['type-not-allowed', mode(['imag/*']), [], {}],
    ['extension-blocked', mode(['*/*']), ['.png'], {}],
    ['extension-blocked', mode(['*/*']), ['PNG'], { fileName: 'b.a.Png' }],
    ['extension-blocked', undefined, ['.png'], {}],
    ['too-large', mode(['*/*']), [], { fileSize: 1025 }],
    ['empty', mode(['*/*']), [], { fileSize: 0 }],
    ['name-invalid', mode(['*/*']), [], { fileName: 'png' }],
  ])('are refused before anything is sent: %s by %j', async (reason, media, blocked, file) => {
    allow(media, blocked);

    expect(await outcomeOf(file)).toMatchObject({ code: 'file-refused', reason });
    expect(server.of('onAttachment')).toEqual([]);
  });

  it.each<[string, object | undefined]>([
    ['of its type', mode(['IMAGE/png'])],
    ['of its kind', mode(['text/plain', 'image/*'])],
    ['of any type', mode(['*/*'])],
    ['by a resumed session without limits', undefined],
  ])('are announced where files may be sent: %s', async (_, media) => {
    allow(media, ['.exe']);

    expect(await outcomeOf()).toBeUndefined();
    expect(server.of('onAttachment')).toHaveLength(1);
  });

  const modes = [
    { fileTypes: ['image/jpeg'], maxFileSizeKB: 9 },
    { fileTypes: ['image/png'], maxFileSizeKB: 1 },
  ];

  it.each<[string | undefined, object, object]>([
    ['type-not-allowed', { modes }, { fileType: 'text/plain' }],
    ['too-large', { modes }, { fileSize: 1025 }],
    [undefined, { modes }, {}],
    [undefined, { modes }, { fileName: 'a.exe' }],
    ['extension-blocked', { modes, enableAttachments: true }, { fileName: 'a.exe' }],
    ['type-not-allowed', { modes, enableAttachments: true }, { fileType: 'image/png' }],
    ['type-not-allowed', { modes: [] }, {}],
  ])('go by the modes of a deployment that enables no attachments: %s by %j', async (reason, said, file) => {
    allow(mode(['text/plain']), ['.exe']);
    http.next(anAnswer(200, { messenger: { fileUpload: said } }));

    expect(((await outcomeOf(file)) as { reason?: string } | undefined)?.reason).toBe(reason);
  });

  it('go by the session while the deployment cannot be read', async () => {
    allow(mode(['image/png']), ['.exe']);
    http.next(anAnswer(500));

    expect(await outcomeOf({ fileName: 'a.exe' })).toMatchObject({ reason: 'extension-blocked' });
  });

  it.each([
    [400, 'not-accepted'],
    [4020, 'parameter-missing'],
    [4000, 'not-enabled'],
    [4001, 'type-not-allowed'],
    [4002, 'too-large'],
    [4003, 'content-invalid'],
    [4102, 'content-invalid'],
    [4004, 'name-invalid'],
    [4005, 'name-invalid'],
  ])('are refused as the platform does with %i: %s', async (errorCode, reason) => {
    server.next('onAttachment', ({ tracingId, attachmentId }, connection) => {
      connection.say('GenerateUrlError', { attachmentId, errorCode }, { tracingId });
    });

    expect(await outcomeOf()).toMatchObject({ code: 'file-refused', reason });
  });

  it('wait only a limited time for the connection that states their limits', async () => {
    server.next('configureSession');

    expect(await outcomeOf({}, 5_000)).toMatchObject({
      code: 'upstream-unavailable',
      mayHaveTakenEffect: false,
    });
  });
});
