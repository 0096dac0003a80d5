import { RecordingLog } from '../../../audit/recording-log.fake';
import {
  UpstreamInvalidResponseError,
  UpstreamServerError,
  UpstreamTimeoutError,
} from '../../../common/errors/upstream.errors';
import type { FakeGuestConnection } from '../connection/guest-connection-factory.fake';
import { GuestSocket } from './guest-socket';
import { GuestSocketWorld, NOW, SIGNAL } from './guest-socket-world.fake';

let world: GuestSocketWorld;

beforeEach(async () => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  world = new GuestSocketWorld();
  await world.open();
});
afterEach(async () => {
  await world.close();
  jest.useRealTimers();
});

const BYTES = Buffer.from('some bytes');

async function* content(): AsyncGenerator<Uint8Array> {
  yield BYTES.subarray(0, 4);
  await Promise.resolve();
  yield BYTES.subarray(4);
}

/** Uploads a file and records the outcome: the id of the attachment, or an error. */
function upload(signal = SIGNAL): { outcome: unknown } {
  const uploaded: { outcome: unknown } = { outcome: undefined };
  const file = { fileName: 'a.png', fileType: 'image/png', fileSize: BYTES.length, content: content() };
  world.socket.upload(file, signal).then(
    (attachmentId) => (uploaded.outcome = attachmentId),
    (error: unknown) => (uploaded.outcome = error),
  );
  return uploaded;
}

/** The ids in the frames of one action. */
function idsOf(action: string): unknown[] {
  return world.server.of(action).map((frame) => frame['attachmentId']);
}

/** Sends the server's event about a file, by default about the latest announced one. */
function tell(name: string, rest: object = {}, attachmentId = idsOf('onAttachment').at(-1)): void {
  world.server.last.say(name, { attachmentId, ...rest }, { type: 'message' });
}

function refuseUrl(isTraced: boolean) {
  return (
    { tracingId, attachmentId }: { tracingId: string; attachmentId?: unknown },
    connection: FakeGuestConnection,
  ): void => {
    const rest = isTraced ? { tracingId } : {};
    connection.say('GenerateUrlError', { attachmentId, errorCode: 4001 }, { type: 'message', ...rest });
  };
}

describe(`${GuestSocket.name} and the files of the guest`, () => {
  it('announces a file, puts it to the named URL, and waits for the confirmation', async () => {
    const uploaded = upload();
    await world.pass(1_000);
    expect(world.server.of('onAttachment')).toEqual([
      expect.objectContaining({ fileName: 'a.png', fileType: 'image/png', fileSize: BYTES.length }),
    ]);
    expect(world.storage.files).toEqual([
      { bytes: BYTES, place: expect.objectContaining({ url: 'https://up' }) },
    ]);
    expect(uploaded.outcome).toBeUndefined();

    tell('UploadSuccessEvent');
    await world.pass(0);
    expect(uploaded.outcome).toBe(idsOf('onAttachment')[0]);
    expect(idsOf('deleteAttachment')).toEqual([]);
  });

  it('takes a confirmation that comes before the answer of the storage', async () => {
    world.storage.steps.push(() => {
      tell('UploadSuccessEvent');
    });
    const uploaded = upload();
    await world.pass(0);

    expect(uploaded.outcome).toBe(idsOf('onAttachment')[0]);
  });

  it('distinguishes the outcomes of several files', async () => {
    const uploads = [upload(), upload()];
    await world.pass(100);
    const [first = '', second = ''] = idsOf('onAttachment').map(String);
    tell('UploadFailureEvent', { errorCode: 4003 }, second);
    tell('UploadSuccessEvent', {}, 'another');
    await world.pass(0);
    expect(uploads.map(({ outcome }) => outcome)).toEqual([
      undefined,
      expect.objectContaining({ status: 4003 }),
    ]);

    tell('UploadSuccessEvent', {}, first);
    await world.pass(0);
    expect(uploads[0]?.outcome).toBe(first);
    expect(idsOf('deleteAttachment')).toEqual([second]);
  });

  it.each([true, false])('is refused, and no other request with it, traced: %s', async (isTraced) => {
    world.server.next('onMessage');
    world.socket.send({ text: 'x' }, { reference: 'r', isRepeatable: false }, SIGNAL).catch(() => undefined);
    await world.pass(10);
    world.server.next('onAttachment', refuseUrl(isTraced));
    const uploaded = upload();
    await world.pass(100);

    expect(uploaded.outcome).toMatchObject({ code: 'upstream-rejected', status: 4001 });
    expect([world.storage.files, idsOf('deleteAttachment')]).toEqual([[], []]);
    await world.pass(15_000);
    expect(world.server.of('onMessage')).toHaveLength(2);
  });

  it('withdraws what the storage does not take', async () => {
    world.storage.steps.push(() => Promise.reject(new UpstreamServerError(500)));
    const uploaded = upload();
    await world.pass(100);

    expect(uploaded.outcome).toBeInstanceOf(UpstreamServerError);
    expect(idsOf('deleteAttachment')).toEqual(idsOf('onAttachment'));
  });

  it('waits ten seconds for an answer, and half a minute for the platform to have it', async () => {
    world.server.next('onAttachment');
    const uploads = [upload(), upload()];
    await world.pass(39_000);
    expect(uploads.map(({ outcome }) => outcome)).toEqual([expect.any(UpstreamTimeoutError), undefined]);

    await world.pass(2_000);
    expect(uploads[1]?.outcome).toBeInstanceOf(UpstreamTimeoutError);
    expect(idsOf('deleteAttachment')).toEqual(idsOf('onAttachment'));
  });

  it('does not put a file where another one belongs', async () => {
    world.server.next('onAttachment', ({ tracingId }, connection) => {
      connection.say('PresignedUrlResponse', { attachmentId: 'another', url: 'https://up' }, { tracingId });
    });
    const uploaded = upload();
    await world.pass(100);

    expect(uploaded.outcome).toBeInstanceOf(UpstreamInvalidResponseError);
    expect(world.storage.files).toEqual([]);
  });

  it.each([
    [
      'is announced',
      (): void => {
        world.server.next('onAttachment');
      },
    ],
    [
      'is put',
      (): unknown => world.storage.steps.push(() => new Promise((resolve) => setTimeout(resolve, 50))),
    ],
    ['is waited for', (): unknown => undefined],
  ])('withdraws a file whose upload is aborted while it %s', async (_, prepare) => {
    prepare();
    const caller = new AbortController();
    const uploaded = upload(caller.signal);
    await world.pass(10);
    caller.abort(new Error('hung up'));
    await world.pass(100);

    expect(uploaded.outcome).toEqual(new Error('hung up'));
    expect(idsOf('deleteAttachment')).toEqual(idsOf('onAttachment'));
  });

  it('asks the next connection for a file when the previous one is lost', async () => {
    const uploaded = upload();
    await world.pass(100);
    world.server.last.cut();
    world.server.next('getAttachment', ({ tracingId }, connection) => {
      connection.say('Error', 'not yet', { code: 4010, tracingId });
    });
    await world.pass(10_000);
    expect([uploaded.outcome, idsOf('getAttachment')]).toEqual([undefined, idsOf('onAttachment')]);

    world.server.next('getAttachment', ({ tracingId, attachmentId }, connection) => {
      connection.say('PresignedUrlResponse', { attachmentId, url: 'https://down' }, { tracingId });
    });
    world.server.last.cut();
    await world.pass(10_000);
    expect([uploaded.outcome]).toEqual(idsOf('onAttachment'));
  });

  it('takes three at a time, and a fourth when one of them is done', async () => {
    const uploads = [upload(), upload(), upload(), upload()];
    await world.pass(100);
    expect(uploads[3]?.outcome).toMatchObject({ code: 'upstream-unavailable', reason: 'overload' });
    expect(idsOf('onAttachment')).toHaveLength(3);

    tell('UploadSuccessEvent');
    await world.pass(0);
    upload();
    await world.pass(0);
    expect(idsOf('onAttachment')).toHaveLength(4);
  });

  it('waits for what a connection may carry', async () => {
    for (let number = 0; number < 50; number += 1) {
      world.storage.steps.push(() => {
        tell('UploadSuccessEvent');
      });
      upload();
      await world.pass(10);
    }
    upload();
    await world.pass(1_000);

    expect(idsOf('onAttachment')).toHaveLength(50);
  });
});
