import type { ArgumentMetadata } from '@nestjs/common';
import { IsString, ValidateBy } from 'class-validator';
import { InvalidRequestError } from '../errors/invalid-request.errors';
import { BoundedList } from './list.decorator';
import { MayBeAbsent } from './text.decorator';
import { StrictValidationPipe } from './validation-pipe';

const judged: unknown[] = [];

function IsJudged(): PropertyDecorator {
  const validate = (value: unknown): boolean => judged.push(value) > 0;
  return ValidateBy({ name: 'isJudged', validator: { validate } }, { each: true });
}

class Item {
  @IsString({ message: 'must be a string' })
  @IsJudged()
  name!: string;
}

class Order {
  @IsString({ message: 'must be a string' })
  id!: string;

  @BoundedList(2, () => Item)
  items!: Item[];

  @MayBeAbsent()
  @BoundedList(2)
  @IsJudged()
  words?: string[];
}

const pipe = new StrictValidationPipe();
const BODY: ArgumentMetadata = { type: 'body', metatype: Order };

async function refusal(value: unknown, metadata = BODY): Promise<InvalidRequestError> {
  try {
    await pipe.transform(value, metadata);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error;
    throw error;
  }
  throw new Error('accepted');
}

async function complaints(value: unknown, metadata = BODY): Promise<string[]> {
  return (await refusal(value, metadata)).errors.map(({ pointer, code }) => `${pointer} ${code}`);
}

describe(StrictValidationPipe.name, () => {
  beforeEach(() => {
    judged.length = 0;
  });

  it('creates a DTO of valid data', async () => {
    const order = await pipe.transform({ id: 'o', items: [{ name: 'a' }] }, BODY);

    expect(order).toBeInstanceOf(Order);
    expect((order as Order).items[0]).toBeInstanceOf(Item);
    expect(judged).toEqual(['a']);
  });

  it('refuses a list that is too long without checking its entries', async () => {
    const body = { id: 'o', items: [{}, {}, {}], words: ['a', 'b', 'c'] };

    expect(await complaints(body)).toEqual(['#/items too-long', '#/words too-long']);
    expect(judged).toEqual([]);
  });

  it('reports other faults beside a list that is too long', async () => {
    expect(await complaints({ items: [{}, {}, {}], words: [], extra: 1 })).toEqual([
      '#/items too-long',
      '#/extra unknown-field',
      '#/id required',
    ]);
    expect(await complaints({ id: 'o', items: [{ name: 1 }, {}], words: ['a', 'b', 'c'] })).toEqual([
      '#/words too-long',
      '#/items/0/name type',
      '#/items/1/name required',
    ]);
  });

  it('reports at most 20 errors, and that there are more', async () => {
    const fields = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 1]));
    const valid = { id: 'o', items: [] };

    expect(await refusal({ ...valid, ...fields(20) })).toMatchObject({
      message: 'The request has 20 errors.',
    });
    const { message, errors } = await refusal({ ...valid, ...fields(21) });
    expect(message).toBe('The request has more than 20 errors. These are the first.');
    expect(errors).toHaveLength(20);
  });

  it('quotes only the beginning of a long name', async () => {
    const [error] = (await refusal({ id: 'o', items: [], ['x'.repeat(60_000)]: 1 })).errors;

    expect(error?.pointer).toBe(`#/${'x'.repeat(100)}…`);
  });

  it('refuses a query with more than 200 names and values', async () => {
    const query: ArgumentMetadata = { type: 'query', metatype: Order };
    const repeated = (count: number): object => ({ id: Array.from({ length: count }, () => '1') });

    expect(await complaints(repeated(201), query)).toEqual(['# too-long']);
    expect(await complaints({ ...repeated(200), extra: '1' }, query)).toEqual(['# too-long']);
    expect(await complaints(repeated(200), query)).toEqual(['#/id type', '#/items required']);
  });
});
