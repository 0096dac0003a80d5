import { outboundMessageOf } from './outbound-message';

const CHANNEL = {
  id: 'integration-1',
  platform: 'Open',
  type: 'Private',
  to: { id: 'guest-1' },
  from: { nickname: 'Support', id: 'integration-1', idType: 'Opaque' },
  time: '2027-01-15T08:00:00.302Z',
  messageId: 'm1',
};
const TEXT = {
  id: 'm1',
  channel: CHANNEL,
  type: 'Text',
  text: 'Hello there!',
  originatingEntity: 'Human',
  direction: 'Outbound',
};

const read = (body: unknown): unknown => outboundMessageOf(Buffer.from(JSON.stringify(body)));

describe(outboundMessageOf.name, () => {
  it('reads a text of an agent', () => {
    expect(read(TEXT)).toEqual({
      guestId: 'guest-1',
      content: {
        kind: 'message',
        message: {
          id: 'm1',
          direction: 'outbound',
          type: 'text',
          text: 'Hello there!',
          content: [],
          from: { nickname: 'Support' },
          originatingEntity: 'Human',
          sentAt: '2027-01-15T08:00:00.302Z',
        },
      },
    });
  });

  it('reads an attachment without text, and gives it an id that a repetition has too', () => {
    const attachment = { mediaType: 'Image', url: 'https://files.example/1', mime: 'image/png' };
    const body = { ...TEXT, text: undefined, content: [{ contentType: 'Attachment', attachment }] };

    expect(read(body)).toEqual(read(body));
    expect(read(body)).toMatchObject({
      content: {
        message: {
          content: [
            { type: 'attachment', attachment: { id: expect.stringMatching(/^[0-9a-f]{32}$/) as string } },
          ],
        },
      },
    });
  });

  it('reads quick replies', () => {
    const quickReply = { text: 'Yes', payload: 'yes', action: 'Message' };
    const body = { ...TEXT, type: 'Structured', content: [{ contentType: 'QuickReply', quickReply }] };

    expect(read(body)).toMatchObject({
      content: { message: { type: 'structured', content: [{ type: 'quick-reply', choice: quickReply }] } },
    });
  });

  it('reads typing', () => {
    const events = [{ eventType: 'Typing', typing: { type: 'On', duration: 5000 } }];

    expect(read({ id: 'e1', channel: CHANNEL, type: 'Event', events })).toEqual({
      guestId: 'guest-1',
      content: { kind: 'typing', typing: { isOn: true, durationMs: 5000 } },
    });
  });

  it('reads a receipt of a message of the guest', () => {
    expect(read({ id: 'r1', channel: CHANNEL, type: 'Receipt', status: 'Failed' })).toMatchObject({
      content: { kind: 'receipt', status: 'Failed', messageId: 'r1' },
    });
  });

  it.each([
    [{ ...TEXT, type: 'Reaction', text: undefined }, 'Reaction'],
    [{ id: 'x', channel: CHANNEL, type: 'Event', events: [{ eventType: 'CoBrowse' }] }, 'Event'],
    [{}, ''],
  ])('takes %j for another type', (body, type) => {
    expect(read(body)).toMatchObject({ content: { kind: 'other', type } });
  });

  it.each(['', 'no JSON', '[]', 'null', '"text"', '{"a":'])('reads nothing in %j', (body) => {
    expect(outboundMessageOf(Buffer.from(body))).toBeUndefined();
  });
});
