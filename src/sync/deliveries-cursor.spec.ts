import * as cursors from '../common/pagination/cursor';
import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { decodeCursor, encodeCursor } from './deliveries-cursor';
import { anEventId } from './domain/delivery-record.builder';
import type { DeliveryFilter } from './ports/delivery-admin.store';

const POSITION = { queuedAt: 1_800_000_000_000, sink: 'crm', eventId: anEventId(7) };
const ID = `crm.${anEventId(7)}`;

function problemsOf(cursor: string, filter: DeliveryFilter = {}): unknown {
  try {
    return decodeCursor(cursor, filter);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.errors;
    throw error;
  }
}

const REFUSED = [expect.objectContaining({ pointer: '#/cursor', code: 'invalid-cursor' })];

describe(decodeCursor.name, () => {
  const filters: readonly DeliveryFilter[] = [
    {},
    { conversationId: 'c' },
    { status: 'dead' },
    { sink: 'crm' },
    { conversationId: 'c', status: 'pending', sink: 'crm' },
  ];

  it.each(filters)('finds the position again under the filter %j', (filter) => {
    expect(decodeCursor(encodeCursor(POSITION, filter), filter)).toEqual(POSITION);
  });

  it('refuses the cursor of another filter', () => {
    for (const made of filters) {
      for (const asked of filters.filter((filter) => filter !== made)) {
        expect(problemsOf(encodeCursor(POSITION, made), asked)).toEqual(REFUSED);
      }
    }
  });

  it.each([
    ['nothing', []],
    ['the cursor of another list', ['sessions', '*', '*', '*', 1, ID]],
    ['a cursor without a position', ['deliveries', '*', '*', '*']],
    ['a time that is not a number', ['deliveries', '*', '*', '*', 'now', ID]],
    ['a time that is not an integer', ['deliveries', '*', '*', '*', 1.5, ID]],
    ['a time beyond all dates', ['deliveries', '*', '*', '*', Number.MAX_VALUE, ID]],
    ['a time that no date has', ['deliveries', '*', '*', '*', 8.64e15 + 1, ID]],
    ['an id with NUL', ['deliveries', '*', '*', '*', 1, `${ID}\u0000`]],
    ['more than a position', ['deliveries', '*', '*', '*', 1, ID, 1]],
    ['an invalid id', ['deliveries', '*', '*', '*', 1, 'crm.x']],
    ['an id that is not a string', ['deliveries', '*', '*', '*', 1, 7]],
  ])('refuses %s', (_, parts) => {
    expect(problemsOf(cursors.encodeCursor([], parts))).toEqual(REFUSED);
  });

  it.each(['', 'x', '%%%', 'bnVsbA', 'e30', '"', 'W10'])('refuses the text %j', (cursor) => {
    expect(problemsOf(cursor)).toEqual(REFUSED);
  });
});
