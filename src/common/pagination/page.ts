export interface Page<Item> {
  readonly items: readonly Item[];
  /** The start of the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** Reads a page, and one item more than it shows: that tells whether there is a next page. */
export async function readPage<Item>(
  limit: number,
  read: (limit: number) => Promise<readonly Item[]>,
  cursorAfter: (last: Item) => string,
): Promise<Page<Item>> {
  const found = await read(limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { items, nextCursor: hasMore ? cursorAfter(last) : null };
}
