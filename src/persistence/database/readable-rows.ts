/** Minimum rows of a further page, so that many unreadable rows in sequence take few pages. */
const MIN_PAGE = 100;

/** Readable items in the order of their rows, and the progress of the search for them. */
export interface ReadableRows<Row, Item> {
  readonly items: readonly Item[];
  /** The last row that was read; undefined if there was none. */
  readonly last: Row | undefined;
  /** True if no row follows the last one. */
  readonly isEnd: boolean;
}

/**
 * Reads rows page by page until it has `limit` readable ones, there are no more, or it has read `maxPages`:
 * unreadable rows, for which `open` returns undefined, must not make a page look like the last one. Each page is as
 * long as `limit`, and at least 100 rows from the second one on.
 */
export async function readableRows<Row, Item>(
  limit: number,
  read: (after: Row | undefined, limit: number) => Promise<readonly Row[]>,
  open: (row: Row) => Item | undefined,
  maxPages = Infinity,
): Promise<ReadableRows<Row, Item>> {
  const items: Item[] = [];
  let last: Row | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const size = pages === 0 ? limit : Math.max(limit, MIN_PAGE);
    const rows = await read(last, size);
    for (const row of rows) {
      last = row;
      const item = open(row);
      if (item !== undefined) items.push(item);
      if (items.length === limit) return { items, last, isEnd: false };
    }
    if (rows.length < size) return { items, last, isEnd: true };
  }
  return { items, last, isEnd: false };
}
