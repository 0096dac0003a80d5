import { DETAIL_SUFFIXES, topicOf } from './topic';

const ID = '0b7c1f0e-6d1c-4a54-9a55-1d7f0a3c2b11';

describe(topicOf.name, () => {
  it.each(DETAIL_SUFFIXES)('reads the detail topic %s', (suffix) => {
    expect(topicOf(`v2.detail.events.conversation.${ID}.${suffix}`)).toEqual({
      kind: 'detail',
      suffix,
      conversationId: ID,
    });
  });

  it('takes the placeholder for no id', () => {
    expect(topicOf('v2.detail.events.conversation.{id}.acw')).toEqual({ kind: 'detail', suffix: 'acw' });
    expect(topicOf('v2.conversations.messages.{id}')).toEqual({ kind: 'snapshot' });
  });

  it.each([
    ['v2.routing.queues.q-1.conversations.messages', undefined],
    ['v2.routing.queues.q-1.conversations', undefined],
    ['v2.users.u-1.conversations.messages', undefined],
    ['v2.users.u-1.conversations', undefined],
    [`v2.conversations.messages.${ID}`, ID],
    [`v2.conversations.${ID}`, ID],
  ])('reads %s as a topic of participant lists', (name, conversationId) => {
    expect(topicOf(name)).toEqual({ kind: 'snapshot', ...(conversationId && { conversationId }) });
  });

  it.each([
    ['v2.routing.queues.q-1.conversations.calls', 'other-media'],
    ['v2.users.u-1.conversations.emails', 'other-media'],
    [`v2.conversations.chats.${ID}`, 'other-media'],
    [`v2.detail.events.conversation.${ID}.weather`, 'unknown-topic'],
    [`v2.detail.events.conversation.${ID}`, 'unknown-topic'],
    [`v2.detail.events.conversation.${ID}.customer.end.twice`, 'unknown-topic'],
    [`v2.conversations.${ID}.transcription`, 'unknown-topic'],
    [`v2.detail.events.conversation.${'9'.repeat(100_000)}.acw`, 'unknown-topic'],
    ['v2.users.u-1.presence', 'not-a-conversation'],
    ['', 'not-a-conversation'],
  ])('ignores %s: %s', (name, reason) => {
    expect(topicOf(name)).toEqual({ kind: 'other', reason });
  });
});
