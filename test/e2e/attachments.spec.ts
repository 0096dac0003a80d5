import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { DEMO_DEPLOYMENT_ID } from '../../src/simulator/web-messaging/deployment';
import { World } from '../../src/world';
import { ApiClient, type Answer } from '../support/api-client';
import type { Json } from '../support/openapi-reader';
import { LogCapture } from '../support/log-capture';
import { send } from '../support/raw-http';
import { expectProblem } from '../support/refusals';
import { until } from '../support/until';

const MEGABYTE = 1024 * 1024;
const UPLOADS = '/_uploads/.*';

let world: World;
let api: ApiClient;
let id: string;
let guest: GuestSession;
const logs = new LogCapture();

beforeAll(async () => {
  world = await World.start({
    logOutput: logs,
    webMessaging: true,
    genesys: {
      webMessaging: {
        deployments: [
          {
            id: DEMO_DEPLOYMENT_ID,
            blockedExtensions: ['.exe'],
            fileUpload: {
              enableAttachments: true,
              modes: [{ fileTypes: ['image/*', 'application/json'], maxFileSizeKB: 3 * 1024 }],
            },
          },
        ],
        limits: { requestsPerConnection: 1_000 },
      },
    },
    environment: { GENESYS_CHANNEL: 'web-messaging', UPSTREAM_TIMEOUT_MS: '1000' },
  });
  api = new ApiClient(world.url);
  id = await api.opened();
  const [found] = world.genesys.webMessaging.sessions;
  if (found === undefined) throw new Error('The guest is not known upstream.');
  guest = found;
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});
afterEach(() => {
  world.genesys.faults.clear();
  world.genesys.webMessaging.faults.clear();
});

const path = (fileName: string): string =>
  `/v1/sessions/${id}/attachments?fileName=${encodeURIComponent(fileName)}`;

async function upload(bytes: Buffer, fileName = 'a b.png', type = 'image/png'): Promise<Answer> {
  const response = await fetch(world.url + path(fileName), {
    method: 'POST',
    headers: { 'content-type': type },
    body: new Uint8Array(bytes),
  });
  const body = (await response.json()) as Answer['body'];
  return { status: response.status, headers: response.headers, body };
}

const stored = (attachmentId: unknown): Buffer | undefined =>
  world.genesys.webMessaging.attachments.find(guest.token, String(attachmentId))?.content;

async function counted(outcome: string): Promise<number> {
  const text = await (await fetch(`${world.url}/metrics`)).text();
  const line = text
    .split('\n')
    .find((one) => one.startsWith(`guest_sessions_attachments_total{outcome="${outcome}"}`));
  return Number(line?.split(' ')[1] ?? 0);
}

/** Returns the file ids in the guest's frames of this kind. */
function told(action: 'onAttachment' | 'deleteAttachment'): string[] {
  const frames = guest.logs.flatMap(({ received }) => received.map(({ frame }) => frame as Json));
  return frames.filter((frame) => frame['action'] === action).map((frame) => String(frame['attachmentId']));
}

/** Returns log lines of the levels warn and error. */
function alarms(): unknown[] {
  return logs.lines.filter(({ level }) => level === 'error' || level === 'warn');
}

/** Expects that the latest announced file was deleted. */
async function expectNothingLeft(): Promise<void> {
  const id = told('onAttachment').at(-1) ?? '';
  await until(() => told('deleteAttachment').includes(id));
  await until(() => world.genesys.webMessaging.attachments.find(guest.token, id) === undefined);
}

/** Sends the head and the first bytes of an upload with this length. */
function begun(size: number, bytes: Buffer): Socket {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  const head = [
    `POST ${path('a.png')} HTTP/1.1`,
    'host: localhost',
    'content-type: image/png',
    `content-length: ${size}`,
  ];
  socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]));
  return socket;
}

describe('a file of a guest', () => {
  it('arrives unchanged, and is sent with a message that refers to it', async () => {
    const bytes = randomBytes(2 * MEGABYTE);

    const { status, body } = await upload(bytes, 'Rechnung ü.png');
    expect([status, body]).toEqual([
      201,
      {
        attachmentId: expect.any(String),
        fileName: 'Rechnung ü.png',
        fileType: 'image/png',
        fileSize: bytes.length,
      },
    ]);
    expect(stored(body['attachmentId'])?.equals(bytes)).toBe(true);
    expect(await counted('ok')).toBe(1);

    const message = { attachmentIds: [body['attachmentId']] };
    const said = await api.request('POST', `/v1/sessions/${id}/messages`, message);
    expect([said.status, said.body]).toEqual([
      201,
      expect.objectContaining({
        direction: 'inbound',
        content: [
          {
            type: 'attachment',
            attachment: {
              id: body['attachmentId'],
              filename: 'Rechnung ü.png',
              mediaType: 'Image',
              mime: 'image/png',
              sizeBytes: bytes.length,
              sha256: createHash('sha256').update(bytes).digest('hex'),
              url: expect.stringContaining('/_downloads/'),
            },
          },
        ],
      }),
    ]);
    const [content] = said.body['content'] as [{ attachment: { url: string } }];
    const fetched = Buffer.from(await (await fetch(content.attachment.url)).arrayBuffer());
    expect(fetched.equals(bytes)).toBe(true);
  });

  it('may be JSON, which is not parsed', async () => {
    const { status, body } = await upload(
      Buffer.from('{"a":1,"a":'),
      'a.json',
      'application/json; charset=utf-8',
    );

    expect([status, body['fileType']]).toEqual([201, 'application/json']);
    expect(stored(body['attachmentId'])?.toString()).toBe('{"a":1,"a":');
  });
});

describe('a file that is not allowed', () => {
  it.each([
    ['type-not-allowed', 'a.pdf', 'application/pdf', 10],
    ['extension-blocked', 'a.png.EXE', 'image/png', 10],
    ['too-large', 'a.png', 'image/png', 3 * MEGABYTE + 1],
    ['empty', 'a.png', 'image/png', 0],
  ])('is refused before any upstream request: %s', async (reason, name, type, size) => {
    const before = told('onAttachment').length;
    const { status, body } = await upload(randomBytes(size), name, type);

    expect([status, body['code'], body['reason']]).toEqual([422, 'file-refused', reason]);
    expect(told('onAttachment')).toHaveLength(before);
  });

  const tooLong = `${'a'.repeat(1_020)}.png`;
  it.each([
    ['nothing', ''],
    ['no extension', 'noextension'],
    ['a dot and no extension', 'a.'],
    ['an extension and no name', '.png'],
    ['a path', 'a/b.png'],
    ['a path of Windows', 'a\\b.png'],
    ['two lines', 'a\n.png'],
    ['1,024 characters', tooLong],
  ])('needs a name with an extension, not %s', async (_, name) => {
    const { status, body } = await upload(randomBytes(10), name);

    expect([status, body['code']]).toEqual([400, 'validation-failed']);
  });

  it.each([
    [4_001, 'type-not-allowed'],
    [4_005, 'name-invalid'],
  ])('is refused upstream with %i', async (errorCode, reason) => {
    world.genesys.webMessaging.faults.add({
      match: { class: 'PresignedUrlResponse' },
      fault: { kind: 'alter', frame: { class: 'GenerateUrlError' }, body: { errorCode } },
    });
    const { status, body } = await upload(randomBytes(10));

    expect([status, body['code'], body['reason']]).toEqual([422, 'file-refused', reason]);
  });
});

describe('a request that sends a file', () => {
  const request = (
    headers: Record<string, string | undefined>,
    body = 'x',
    to = path('a.png'),
  ): ReturnType<typeof send> =>
    send(world.url, { method: 'POST', path: to, headers: { 'content-type': 'image/png', ...headers }, body });

  it.each<[number, string, Record<string, string | undefined>, string?]>([
    [411, 'length-required', { 'transfer-encoding': 'chunked' }, '1\r\nx\r\n0\r\n\r\n'],
    [413, 'payload-too-large', { 'content-length': '104857601' }],
    [415, 'unsupported-media-type', { 'content-type': undefined }],
    [415, 'unsupported-media-type', { 'content-type': 'nonsense' }],
    [415, 'unsupported-media-type', { 'content-type': 'multipart/form-data; boundary=x' }],
    [415, 'unsupported-media-type', { 'content-encoding': 'gzip' }],
  ])(
    'needs the length and the type of the file, and sends it without encoding: %i %s',
    async (...expected) => {
      const [status, code, headers, body] = expected;

      expectProblem(await request(headers, body), status, code);
    },
  );

  it.each(['image/png', 'application/x-file-in-body', '*/*'])(
    'is refused on other routes: %s',
    async (type) => {
      const of = { 'content-type': type };
      expectProblem(await request(of, '{"queueId":"q-1"}', '/v1/sessions'), 415, 'unsupported-media-type');
      expect((await request(of, '{}', '/v1/nowhere')).status).toBe(404);
    },
  );

  it('needs a session on a channel with messages', async () => {
    const { body } = await api.open({ channel: 'conversations-messaging' });
    const rest = path('a.png').replace(id, String(body['conversationId']));

    expectProblem(await request({}, 'x', rest), 409, 'not-supported-by-channel');
  });
});

describe('an upload that fails', () => {
  it.each<[string, Parameters<World['genesys']['faults']['add']>[0]['fault'], number, string]>([
    ['refuses', { kind: 'status', status: 403 }, 502, 'upstream-rejected'],
    ['fails', { kind: 'status', status: 500 }, 502, 'upstream-error'],
    ['redirects', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, 502, 'upstream-invalid-response'],
    ['does not answer', { kind: 'hang-before-headers' }, 504, 'upstream-timeout'],
    ['breaks off', { kind: 'reset' }, 503, 'upstream-unavailable'],
  ])('is reported, and leaves no file, when the storage %s', async (_, fault, expected, code) => {
    world.genesys.faults.add({ match: { method: 'PUT', path: UPLOADS }, fault });
    const { status, body } = await upload(randomBytes(200_000));

    expect([status, body['code']]).toEqual([expected, code]);
    await expectNothingLeft();
  });

  it("is reported with the platform's reason, and leaves no file", async () => {
    world.genesys.webMessaging.faults.add({
      match: { class: 'UploadSuccessEvent' },
      fault: { kind: 'alter', frame: { class: 'UploadFailureEvent' }, body: { errorCode: 4003 } },
    });
    const { status, body } = await upload(randomBytes(10));

    expect([status, body['reason']]).toEqual([422, 'content-invalid']);
    await expectNothingLeft();
  });

  it('leaves no file when the caller disconnects in the middle of it', async () => {
    const before = await counted('hung-up');
    const announced = told('onAttachment').length;
    const alarmsBefore = alarms().length;
    const socket = begun(2 * MEGABYTE, randomBytes(MEGABYTE));
    await until(() => told('onAttachment').length > announced);
    socket.destroy();

    await until(async () => (await counted('hung-up')) === before + 1);
    await expectNothingLeft();
    expect(alarms()).toHaveLength(alarmsBefore);
    expect(logs.raw).not.toContain('/_uploads/');
  });
});
