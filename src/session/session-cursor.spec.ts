import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { decodeCursor, encodeCursor } from './session-cursor';

const POSITION = { createdAt: 1_800_000_000_000, conversationId: '00000000-0000-4000-8000-000000000001' };

function textOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe(decodeCursor.name, () => {
  it.each([
    {},
    { state: 'active' },
    { owner: 'billing' },
    { state: 'active', owner: '*' },
    { owner: '\u{1f511}'.repeat(127) },
    { state: 'active', owner: 'billing', caller: 'support', queueId: 'q'.repeat(128), from: 1, to: 2 },
  ] as const)('reads what was written for the same filter: %j', (filter) => {
    const cursor = encodeCursor(POSITION, filter);

    expect(decodeCursor(cursor, filter)).toEqual(POSITION);
    expect(cursor.length).toBeLessThanOrEqual(512);
  });

  it('is safe in a URL as it is', () => {
    expect(encodeCursor(POSITION, { state: 'terminating', owner: 'billing' })).toMatch(/^[\w-]+$/);
  });

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('abc').toString('base64url')],
    ['an object', textOf({ createdAt: 1, conversationId: 'x' })],
    ['too few parts', textOf(['*', 1])],
    ['a time that is a text', textOf(['*', '1', 'x'])],
    ['a time that is a fraction', textOf(['*', 1.5, 'x'])],
    ['a time that is too large', textOf(['*', 1e300, 'x'])],
    ['a time that no date has', textOf(['*', 8.64e15 + 1, POSITION.conversationId])],
    ['more than a position', textOf(['*', 1, POSITION.conversationId, 1])],
    ['an id with NUL', textOf(['*', 1, `${POSITION.conversationId}\u0000`])],
    ['an id that is none', textOf(['*', 1, { toString: 1 }])],
    ['null', textOf(null)],
    ['another state', encodeCursor(POSITION, { state: 'active' })],
    ['another queue', encodeCursor(POSITION, { queueId: 'support' })],
    ['another time', encodeCursor(POSITION, { from: 0 })],
    ['one of another caller', encodeCursor(POSITION, { owner: 'billing' })],
    ['one of another caller, with the name of the wildcard', encodeCursor(POSITION, { owner: '*' })],
  ])('refuses %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, {})).toThrow(InvalidRequestError);
  });

  it('says which field is wrong', () => {
    expect(() => decodeCursor('', {})).toThrow(
      expect.objectContaining({
        code: 'validation-failed',
        errors: [expect.objectContaining({ pointer: '#/cursor', code: 'invalid-cursor' })],
      }) as Error,
    );
  });
});
