import { readPage } from './page';

describe(readPage.name, () => {
  const read = (limit: number): Promise<number[]> => Promise.resolve([1, 2, 3].slice(0, limit));
  const pageOf = (limit: number): Promise<unknown> => readPage(limit, read, (last) => `after ${last}`);

  it.each([
    [2, [1, 2], 'after 2'],
    [3, [1, 2, 3], null],
    [4, [1, 2, 3], null],
  ])('of %d items has a cursor only when more follow', async (limit, items, nextCursor) => {
    expect(await pageOf(limit)).toEqual({ items, nextCursor });
  });

  it('is the last one when it is empty', async () => {
    expect(await readPage(5, () => Promise.resolve([]), String)).toEqual({ items: [], nextCursor: null });
  });
});
