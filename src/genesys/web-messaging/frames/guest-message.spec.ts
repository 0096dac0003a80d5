import { guestMessageOf } from './guest-message';
import { parseFrame } from './parse-frame';
import type { ServerFrame } from './server-frame';

const TIME = '2022-08-22T19:24:26.704Z';
const AT = Date.parse(TIME);
const PLAIN = { direction: 'Outbound', content: [], events: [], metadata: {}, isReadOnly: false };

function parsed(name: string, body: unknown, rest: object = {}): ServerFrame {
  return parseFrame(JSON.stringify({ type: 'response', class: name, code: 200, body, ...rest }));
}

describe(`${parseFrame.name} with ${guestMessageOf.name}`, () => {
  it('understands the echo of a message of ours', () => {
    const body = {
      text: 'Hello world!',
      direction: 'Inbound',
      id: 'test_id',
      channel: { time: TIME, messageId: 'message_id' },
      type: 'Text',
    };
    const frame = parsed('StructuredMessage', body, { type: 'message', tracingId: 'some_custom_message_id' });

    expect(frame).toEqual({
      kind: 'message',
      tracingId: 'some_custom_message_id',
      message: { ...PLAIN, direction: 'Inbound', id: 'test_id', type: 'Text', text: 'Hello world!', at: AT },
    });
  });

  it('reads a message of a bot', () => {
    const from = { nickname: 'Bo', firstName: 'B', lastName: 'O', image: 'https://image' };
    const body = {
      text: 'Hi',
      direction: 'Outbound',
      id: 'c0ffee',
      channel: { time: TIME, type: 'Private', from },
      type: 'Text',
      originatingEntity: 'Bot',
      metadata: { correlationId: 'c' },
    };

    expect(parsed('StructuredMessage', body, { type: 'message' })).toEqual({
      kind: 'message',
      message: {
        ...PLAIN,
        id: 'c0ffee',
        type: 'Text',
        text: 'Hi',
        at: AT,
        originatingEntity: 'Bot',
        from,
        metadata: { correlationId: 'c' },
      },
    });
  });

  it('understands an attachment', () => {
    const attachment = {
      id: 'attachment_id',
      filename: 'image.png',
      mediaType: 'Image',
      fileSize: 424242,
      mime: 'image/png',
      url: 'https://downloadurl.com',
    };
    const content = [{ contentType: 'Attachment', attachment }];

    expect(parsed('StructuredMessage', { type: 'Text', text: 'Hi', id: 'm', content })).toMatchObject({
      message: {
        content: [
          {
            kind: 'attachment',
            attachment: {
              id: 'attachment_id',
              filename: 'image.png',
              mediaType: 'Image',
              sizeBytes: 424242,
              mime: 'image/png',
              url: 'https://downloadurl.com',
            },
          },
        ],
      },
    });
  });

  it('understands quick replies, and hands on other content as it is', () => {
    const quickReply = { text: 'text_a', payload: 'payload_a', action: 'action_a' };
    const template = { contentType: 'GenericTemplate', generic: { title: 'x' } };
    const content = [{ contentType: 'QuickReply', quickReply }, template];

    expect(parsed('StructuredMessage', { type: 'Structured', text: 'Hi', content })).toMatchObject({
      message: {
        type: 'Structured',
        content: [
          { kind: 'quick-reply', choice: quickReply },
          { kind: 'other', contentType: 'GenericTemplate', value: template },
        ],
      },
    });
  });

  it.each([
    [
      { type: 'On', duration: 7000, durationMs: 1 },
      { isOn: true, durationMs: 7_000 },
    ],
    [
      { type: 'On', durationMs: 6000 },
      { isOn: true, durationMs: 6_000 },
    ],
    [
      { type: 'On', duration: 0 },
      { isOn: true, durationMs: 5_000 },
    ],
    [{ type: 'On' }, { isOn: true, durationMs: 5_000 }],
    [{ type: 'Off' }, { isOn: false }],
  ])('understands typing of %j', (typing, expected) => {
    const events = [{ eventType: 'Typing', typing }];

    expect(parsed('StructuredMessage', { type: 'Event', direction: 'Outbound', events })).toMatchObject({
      message: { type: 'Event', events: [{ kind: 'typing', ...expected }] },
    });
  });

  it('understands that the agent has ended the conversation for good', () => {
    const body = {
      type: 'Event',
      direction: 'Outbound',
      metadata: { readOnly: 'true' },
      events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }],
    };

    expect(parsed('StructuredMessage', body)).toMatchObject({
      message: { isReadOnly: true, events: [{ kind: 'presence', presence: 'Disconnect' }] },
    });
  });

  it('reads an event of an unknown type as `other`', () => {
    expect(parsed('StructuredMessage', { type: 'Event', events: [{ eventType: 'New' }] })).toMatchObject({
      message: { events: [{ kind: 'other', eventType: 'New' }] },
    });
  });

  it('understands an echo, whose numbers are texts', () => {
    const body = {
      text: 'ping',
      type: 'Text',
      direction: 'Inbound',
      id: 'echo_id',
      metadata: { durationSeconds: '259200', expirationDate: '1795595381' },
    };
    const tracingId = 'SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=';

    expect(parsed('StructuredMessage', body, { tracingId })).toEqual({
      kind: 'echo',
      tracingId,
      expiry: { durationSeconds: 259200, expirationDate: 1795595381 },
    });
  });
});
