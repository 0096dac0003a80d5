import { conversationMessageOf } from './conversation-message';
import { guestMessageOf } from '../frames/guest-message';

const TIME = '2027-01-15T08:00:00.000Z';

describe(conversationMessageOf.name, () => {
  it('translates every field of a message of the guest', () => {
    const said = guestMessageOf({
      id: 'm-1',
      type: 'Text',
      text: 'Yes',
      direction: 'Inbound',
      metadata: { id: 'ref' },
      channel: { time: TIME },
      content: [
        { contentType: 'ButtonResponse', buttonResponse: { text: 'Yes', payload: 'y', type: 'QuickReply' } },
        { contentType: 'Attachment', attachment: { id: 'a', filename: 'a.png', fileSize: 7 } },
        { contentType: 'Card', card: { title: 't' } },
        { contentType: 'Poll', poll: { title: 't' } },
      ],
    });

    expect(conversationMessageOf(said)).toEqual({
      id: 'm-1',
      reference: 'ref',
      direction: 'inbound',
      type: 'text',
      text: 'Yes',
      content: [
        { type: 'button-response', choice: { text: 'Yes', payload: 'y', type: 'QuickReply' } },
        { type: 'attachment', attachment: { id: 'a', filename: 'a.png', sizeBytes: 7 } },
        { type: 'card', card: { title: 't', actions: [] } },
        { type: 'other', contentType: 'Poll', value: { contentType: 'Poll', poll: { title: 't' } } },
      ],
      sentAt: TIME,
    });
  });

  it("takes no metadata of the other side's for a reference of ours", () => {
    const said = guestMessageOf({
      id: 'm-2',
      type: 'Structured',
      text: 'Sure?',
      metadata: { id: 'theirs' },
      channel: { time: TIME, from: { nickname: 'Ada' } },
      originatingEntity: 'Human',
    });

    expect(conversationMessageOf(said)).toEqual({
      id: 'm-2',
      direction: 'outbound',
      type: 'structured',
      text: 'Sure?',
      content: [],
      from: { nickname: 'Ada' },
      originatingEntity: 'Human',
      sentAt: TIME,
    });
  });

  it('gives a message without an id one that is the same wherever the message is met', () => {
    const one = guestMessageOf({ type: 'Text', text: 'Hi', channel: { time: TIME } });
    const other = guestMessageOf({ type: 'Text', text: 'Ho', channel: { time: TIME } });

    expect(conversationMessageOf(one)?.id).toBe(conversationMessageOf({ ...one })?.id);
    expect(conversationMessageOf(one)?.id).not.toBe(conversationMessageOf(other)?.id);
  });

  it.each(['', 'a\u0000', '\uD800', 'm 1', 'm'.repeat(129), 'ä'])(
    'gives a message with the id %j one that can be stored, and no such reference',
    (id) => {
      const said = { type: 'Text', text: 'Hi', direction: 'Inbound', channel: { time: TIME } };
      const told = conversationMessageOf(guestMessageOf({ ...said, id, metadata: { id } }));

      expect(told).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
      expect(told).not.toHaveProperty('reference');
    },
  );

  it.each(['+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', '1e309', 'yesterday'])(
    'takes the present for the time %j, which cannot be told again',
    (time) => {
      const told = conversationMessageOf(guestMessageOf({ type: 'Text', text: 'Hi', channel: { time } }));

      expect(told?.sentAt).toMatch(/^20\d{2}-/);
    },
  );

  it.each([-1, 1.5, 2 ** 53, 1e308, '7'])('overlooks the size %p of a file', (fileSize) => {
    const content = [{ contentType: 'Attachment', attachment: { id: 'a', fileSize } }];
    const told = conversationMessageOf(guestMessageOf({ type: 'Text', content, channel: { time: TIME } }));

    expect(told?.content).toEqual([{ type: 'attachment', attachment: { id: 'a' } }]);
  });

  it.each([
    { type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Join' } }] },
    { type: 'Event', text: 'Disconnected', events: [{ eventType: 'Presence' }] },
    { type: 'Text' },
  ])('returns undefined without content: %j', (body) => {
    expect(conversationMessageOf(guestMessageOf(body))).toBeUndefined();
  });
});
