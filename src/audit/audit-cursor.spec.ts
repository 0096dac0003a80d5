import fc from 'fast-check';
import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { decodeCursor, encodeCursor } from './audit-cursor';
import { CHAIN_COUNT } from './domain/audit-chain';

const POSITION = { at: 1_800_000_000_000, chain: 7, seq: 42 };

describe(decodeCursor.name, () => {
  it('restores every position under its filter', () => {
    const positions = fc.record({
      at: fc.integer({ min: 0, max: 8.64e15 }),
      chain: fc.integer({ min: 0, max: CHAIN_COUNT - 1 }),
      seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    });
    const filters = fc.record({ actor: fc.string(), from: fc.integer() }, { requiredKeys: [] });
    fc.assert(
      fc.property(positions, filters, (position, filter) => {
        expect(decodeCursor(encodeCursor(position, filter), filter)).toEqual(position);
      }),
    );
  });

  it.each([
    { chain: -1 },
    { chain: CHAIN_COUNT },
    { chain: 2 ** 31 },
    { chain: 1.5 },
    { chain: NaN },
    { seq: 0 },
    { seq: -1 },
    { seq: 2 ** 53 },
    { seq: Infinity },
    { at: 8.64e15 + 1 },
    { at: -1e300 },
    { at: 0.1 },
  ])('refuses a position with %j', (forged) => {
    const cursor = encodeCursor({ ...POSITION, ...forged }, {});

    expect(() => decodeCursor(cursor, {})).toThrow(InvalidRequestError);
  });

  it('refuses the cursor of another filter', () => {
    expect(() => decodeCursor(encodeCursor(POSITION, { actor: 'a' }), {})).toThrow(InvalidRequestError);
  });
});
