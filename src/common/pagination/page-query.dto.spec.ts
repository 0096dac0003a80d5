import type { ArgumentMetadata } from '@nestjs/common';
import { InvalidRequestError } from '../errors/invalid-request.errors';
import { StrictValidationPipe } from '../validation/validation-pipe';
import { PageQueryDto } from './page-query.dto';

const QUERY: ArgumentMetadata = { type: 'query', metatype: PageQueryDto };

/** The requested page, or the faults of the query. */
async function read(query: Record<string, unknown>): Promise<unknown> {
  try {
    return await new StrictValidationPipe().transform(query, QUERY);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.errors;
    throw error;
  }
}

describe(PageQueryDto.name, () => {
  it('is the first fifty by default', async () => {
    expect(await read({})).toEqual({ limit: 50 });
  });

  it.each([
    ['1', 1],
    ['200', 200],
    ['050', 50],
  ])('takes a limit of %s', async (limit, expected) => {
    expect(await read({ limit, cursor: 'abc' })).toEqual({ limit: expected, cursor: 'abc' });
  });

  it.each(['', ' ', '1.5', '-1', '+1', '1e2', '0x10', '9999999999', 'ten', ['1', '2'], 'NaN'])(
    'refuses a limit of %j',
    async (limit) => {
      expect(await read({ limit })).toEqual([expect.objectContaining({ pointer: '#/limit', code: 'type' })]);
    },
  );

  it.each(['0', '201', '999999999'])('refuses a limit of %s', async (limit) => {
    expect(await read({ limit })).toEqual([
      expect.objectContaining({ pointer: '#/limit', code: 'out-of-range' }),
    ]);
  });

  it('refuses a cursor that is given twice, or is too long', async () => {
    expect(await read({ cursor: ['a', 'b'] })).toEqual([
      expect.objectContaining({ pointer: '#/cursor', code: 'type' }),
    ]);
    expect(await read({ cursor: 'a'.repeat(513) })).toEqual([
      expect.objectContaining({ pointer: '#/cursor', code: 'too-long' }),
    ]);
    expect(await read({ cursor: 'a'.repeat(512) })).toHaveProperty('cursor');
  });

  it('refuses unknown fields', async () => {
    expect(await read({ offset: '1' })).toEqual([
      expect.objectContaining({ pointer: '#/offset', code: 'unknown-field' }),
    ]);
  });
});
