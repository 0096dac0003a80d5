import type { Type } from '@nestjs/common';
import { InvalidRequestError } from '../../common/errors/invalid-request.errors';
import { StrictValidationPipe } from '../../common/validation/validation-pipe';
import { ListDeliveriesDto } from './list-deliveries.dto';
import { ReplayDeliveriesDto, selectionOf } from './replay-deliveries.dto';

const UUID = '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11';

/** The invalid fields of a request; its content when all are valid. */
async function read(metatype: Type, type: 'query' | 'body', fields: object): Promise<unknown> {
  try {
    return await new StrictValidationPipe().transform(fields, { type, metatype });
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.errors.map(({ pointer }) => pointer);
    throw error;
  }
}

describe(ListDeliveriesDto.name, () => {
  const list = (fields: object): Promise<unknown> => read(ListDeliveriesDto, 'query', fields);

  it('takes a filter beside the page', async () => {
    const filter = { conversationId: UUID, status: 'dead', sink: 'crm' };

    expect(await list({})).toEqual({ limit: 50 });
    expect(await list({ ...filter, limit: '7' })).toEqual({ ...filter, limit: 7 });
  });

  it.each([
    { status: 'unknown' },
    { status: '' },
    { status: ['dead', 'pending'] },
    { sink: 'CRM' },
    { sink: '' },
    { sink: 'a'.repeat(41) },
    { sink: "crm' or 1=1" },
    { conversationId: 'x' },
    { conversationId: [UUID, UUID] },
  ])('refuses %j', async (fields) => {
    expect(await list(fields)).toEqual([`#/${Object.keys(fields).join('')}`]);
  });
});

describe(ReplayDeliveriesDto.name, () => {
  const replay = (fields: object): Promise<unknown> => read(ReplayDeliveriesDto, 'body', fields);

  it('takes a selection', async () => {
    const selection = { conversationId: UUID, sink: 'crm', from: '2027-01-15T08:00:00Z' };

    expect(await replay(selection)).toEqual(selection);
    expect(await replay({})).toEqual({});
  });

  it.each([
    { from: '2027-01-15' },
    { to: 7 },
    { to: null },
    { sink: 'a.b' },
    { conversationId: 7 },
    { all: true },
  ])('refuses %j', async (fields) => {
    expect(await replay(fields)).toEqual([`#/${Object.keys(fields).join('')}`]);
  });
});

describe(selectionOf.name, () => {
  it('says nothing about what was not asked for', () => {
    expect(selectionOf({})).toStrictEqual({});
    expect(selectionOf(new ReplayDeliveriesDto())).toStrictEqual({});
  });

  it('turns moments into epoch milliseconds, whatever their offset', () => {
    const asked = {
      sink: 'crm',
      conversationId: UUID,
      from: '2027-01-15T08:00:00Z',
      to: '2027-01-15T10:00:00.250+01:00',
    };

    expect(selectionOf(asked)).toStrictEqual({
      sink: 'crm',
      conversationId: UUID,
      from: 1_800_000_000_000,
      to: 1_800_003_600_250,
    });
  });
});
