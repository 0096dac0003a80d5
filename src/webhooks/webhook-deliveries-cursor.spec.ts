import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { decodeCursor, encodeCursor } from './webhook-deliveries-cursor';

const EVENT = '00000000-0000-4000-8000-000000000001';
const WEBHOOK = '00000000-0000-4000-8000-000000000002';
const CONVERSATION = '00000000-0000-4000-8000-000000000003';
const POSITION = { queuedAt: 1_800_000_000_000, eventId: EVENT };
const ALL = { webhookId: WEBHOOK };

describe(decodeCursor.name, () => {
  it.each([
    ALL,
    { ...ALL, status: 'dead' },
    { ...ALL, status: 'pending', conversationId: CONVERSATION },
  ] as const)('reads what was written for the same selection: %j', (selection) => {
    const cursor = encodeCursor(POSITION, selection);

    expect(decodeCursor(cursor, selection)).toEqual(POSITION);
    expect(cursor).toMatch(/^[\w-]{1,512}$/);
  });

  it.each([
    ['nothing', ''],
    ['the one of another webhook', encodeCursor(POSITION, { webhookId: EVENT })],
    ['the one of a status', encodeCursor(POSITION, { ...ALL, status: 'dead' })],
    ['the one of a conversation', encodeCursor(POSITION, { ...ALL, conversationId: CONVERSATION })],
    ['a time that no date has', encodeCursor({ ...POSITION, queuedAt: 8.64e15 + 1 }, ALL)],
    ['an id that is none', encodeCursor({ ...POSITION, eventId: 'a\u0000' }, ALL)],
  ])('refuses %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, ALL)).toThrow(InvalidRequestError);
  });
});
