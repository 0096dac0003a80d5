import fc from 'fast-check';
import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { decodeCursor, encodeCursor } from './messages-cursor';

const POSITION = { sentAt: '2027-01-15T08:00:00.000Z', id: 'm-1' };
const ID = '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11';

describe(decodeCursor.name, () => {
  it('restores every position in its conversation', () => {
    const positions = fc.record({
      sentAt: fc
        .date({
          min: new Date('0000-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59Z'),
          noInvalidDate: true,
        })
        .map((date) => date.toISOString()),
      id: fc.stringMatching(/^[\x21-\x7e]{1,128}$/),
    });
    fc.assert(
      fc.property(positions, (position) => {
        const cursor = encodeCursor(position, ID);

        expect(cursor.length).toBeLessThanOrEqual(512);
        expect(decodeCursor(cursor, ID)).toEqual(position);
      }),
    );
  });

  it.each([
    { id: 'a\u0000' },
    { id: '\u0000' },
    { id: '\uD800' },
    { id: 'a'.repeat(257) },
    { sentAt: 'yesterday' },
    { sentAt: '+010000-01-01T00:00:00.000Z' },
    { sentAt: '2027-02-30T08:00:00Z' },
    { sentAt: '' },
  ])('refuses a position with %j', (forged) => {
    const cursor = encodeCursor({ ...POSITION, ...forged }, ID);

    expect(() => decodeCursor(cursor, ID)).toThrow(InvalidRequestError);
  });

  it('refuses the cursor of another conversation', () => {
    expect(() => decodeCursor(encodeCursor(POSITION, 'another'), ID)).toThrow(InvalidRequestError);
  });
});
