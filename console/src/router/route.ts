/** Pages of the console, in the order of the navigation. */
export const PAGES = [
  'overview',
  'sessions',
  'deliveries',
  'receivers',
  'webhooks',
  'limits',
  'audit',
  'doctor',
] as const;

export type PageName = (typeof PAGES)[number];

export interface Route {
  /** Undefined: an address that no page has. */
  readonly page: PageName | undefined;
  /** The id of the shown thing; absent: the list of them. */
  readonly id?: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Reads the fragment of a URL, such as `#/sessions/{id}?state=active`. Total: an invalid one has no page. */
export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', ...rest] = path.split('/');
  const query = Object.fromEntries(new URLSearchParams(search));
  const page = name === '' ? 'overview' : PAGES.find((known) => known === name);
  const id = rest[0] === undefined || rest[0] === '' ? undefined : decoded(rest[0]);
  return { page: rest.length > 1 ? undefined : page, query, ...(id === undefined ? {} : { id }) };
}

/** The fragment of a page; filters without a value are left out. */
export function hrefOf(
  page: PageName,
  id?: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const path = page === 'overview' ? '' : page;
  const own = id === undefined ? '' : `/${encodeURIComponent(id)}`;
  const entries = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  const search = entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`;
  return `#/${path}${own}${search}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}
