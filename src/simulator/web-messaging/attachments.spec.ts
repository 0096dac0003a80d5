import { createHash, randomBytes } from 'node:crypto';
import { GenesysSimulator } from '../genesys-simulator';
import { GuestClient } from './guest-client.fake';

let simulator: GenesysSimulator;
let guest: GuestClient;
const time = 1_800_000_000_000;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({
    now: () => time,
    webMessaging: { limits: { messagesPerSession: 1_000 } },
  });
  guest = await GuestClient.connectAndConfigure(simulator.url, 'guest-1');
});
afterEach(() => simulator.close());

describe('an attachment', () => {
  const announce = (fileSize: number): ReturnType<GuestClient['ask']> =>
    guest.ask('onAttachment', {
      attachmentId: 'a-1',
      fileName: 'a.png',
      fileType: 'image/png',
      fileSize,
      errorsAsJson: true,
    });

  it('is uploaded to the presigned address, sent, downloaded and deleted', async () => {
    const bytes = randomBytes(700_000);
    const place = await announce(bytes.length);
    const { url, headers } = place.body as { url: string; headers: Record<string, string> };
    expect(place).toEqual({
      type: 'response',
      class: 'PresignedUrlResponse',
      code: 200,
      body: {
        attachmentId: 'a-1',
        headers: { 'x-amz-tagging': expect.any(String) },
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/_uploads\/[0-9a-f]{32}$/),
        fileName: 'a.png',
        fileSize: bytes.length,
        fileType: 'image/png',
      },
      tracingId: 't',
    });

    expect((await fetch(url, { method: 'PUT', headers, body: bytes })).status).toBe(200);
    const { body: success, ...rest } = await guest.next();
    expect(rest).toEqual({ type: 'message', class: 'UploadSuccessEvent', code: 200 });
    expect(success).toEqual({
      attachmentId: 'a-1',
      downloadUrl: expect.any(String),
      timestamp: new Date(time).toISOString(),
    });

    const content = [{ contentType: 'Attachment', attachment: { id: 'a-1' } }];
    const sent = await guest.ask('onMessage', { message: { content, type: 'Text' } });
    expect(sent.body).toMatchObject({
      type: 'Text',
      content: [
        {
          attachment: {
            id: 'a-1',
            filename: 'a.png',
            mediaType: 'Image',
            fileSize: bytes.length,
            mime: 'image/png',
            url: success['downloadUrl'],
          },
        },
      ],
    });

    const fresh = await guest.ask('getAttachment', { attachmentId: 'a-1' });
    expect(fresh).toMatchObject({ class: 'PresignedUrlResponse', body: { headers: {} } });
    const fetched = Buffer.from(await (await fetch(String(fresh.body['url']))).arrayBuffer());
    const hash = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    expect(hash(fetched)).toBe(hash(bytes));

    expect(await guest.ask('deleteAttachment', { attachmentId: 'a-1' })).toEqual({
      type: 'message',
      class: 'AttachmentDeletedResponse',
      code: 200,
      body: { attachmentId: 'a-1' },
      tracingId: 't',
    });
    expect(await guest.ask('deleteAttachment', { attachmentId: 'a-1' })).toMatchObject({ code: 4009 });
    expect((await fetch(String(fresh.body['url']))).status).toBe(403);
  });

  it('gets an id if the guest gives none, and may have a digest', async () => {
    const file = {
      fileName: 'a.png',
      fileType: 'image/png',
      fileSize: 3,
      fileMd5: 'rL0Y20zC+Fzt72VPzMSk2A==',
    };
    const { class: name, body } = await guest.ask('onAttachment', file);
    const { url, headers, attachmentId } = body as { url: string; headers: object; attachmentId: string };

    expect([name, attachmentId]).toEqual(['PresignedUrlResponse', expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    await fetch(url, { method: 'PUT', headers: { ...headers }, body: 'abc' });
    expect(await guest.next()).toMatchObject({ class: 'UploadSuccessEvent', body: { attachmentId } });
  });

  it('fails when it does not match its announcement', async () => {
    const place = (await announce(10)).body as { url: string; headers: Record<string, string> };
    await fetch(place.url, { method: 'PUT', headers: place.headers, body: 'short' });

    expect(await guest.next()).toEqual({
      type: 'message',
      class: 'UploadFailureEvent',
      code: 200,
      body: {
        attachmentId: 'a-1',
        errorCode: 4003,
        errorMessage: expect.any(String),
        timestamp: new Date(time).toISOString(),
      },
    });
  });

  it('is refused without the headers of its upload address', async () => {
    const { url } = (await announce(10)).body as { url: string };

    expect((await fetch(url, { method: 'PUT', body: '0123456789' })).status).toBe(403);
  });
});
