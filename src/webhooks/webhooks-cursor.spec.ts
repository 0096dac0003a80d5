import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { decodeCursor, encodeCursor } from './webhooks-cursor';

const POSITION = { createdAt: 1_800_000_000_000, id: '00000000-0000-4000-8000-000000000001' };

function textOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe(decodeCursor.name, () => {
  it.each([{}, { owner: 'billing' }, { owner: '*' }, { owner: '\u{1f511}'.repeat(127) }])(
    'reads what was written for the same scope: %j',
    (scope) => {
      const cursor = encodeCursor(POSITION, scope);

      expect(decodeCursor(cursor, scope)).toEqual(POSITION);
      expect(cursor).toMatch(/^[\w-]{1,512}$/);
    },
  );

  it.each([
    ['nothing', ''],
    ['no JSON', Buffer.from('abc').toString('base64url')],
    ['too few parts', textOf(['webhooks', '*', 1])],
    ['a time that is a text', textOf(['webhooks', '*', '1', POSITION.id])],
    ['a time that no date has', textOf(['webhooks', '*', 8.64e15 + 1, POSITION.id])],
    ['an id that is none', textOf(['webhooks', '*', 1, `${POSITION.id}\u0000`])],
    ['another list', textOf(['sessions', '*', 1, POSITION.id])],
    ['one of another caller', encodeCursor(POSITION, { owner: 'billing' })],
    ['one of another caller, with the name of the wildcard', encodeCursor(POSITION, { owner: '*' })],
  ])('refuses %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, {})).toThrow(InvalidRequestError);
  });
});
