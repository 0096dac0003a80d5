import type { operations } from '@genesys-guest-sessions/client';

type Query = NonNullable<operations['deliveriesList']['parameters']['query']>;
type Filters = Pick<Query, 'conversationId' | 'status' | 'sink'>;

/** `failing` selects pending deliveries with failed attempts, which the API lists among the pending ones. */
export const DELIVERY_STATUSES = ['pending', 'failing', 'delivered', 'dead'] as const;

const API_STATUSES = {
  pending: 'pending',
  failing: 'pending',
  delivered: 'delivered',
  dead: 'dead',
} as const;

/** The filters of the API from those of the address. */
export function deliveryFiltersOf(query: Readonly<Record<string, string>>): Filters {
  const status = DELIVERY_STATUSES.find((known) => known === query['status']);
  const sink = query['sink']?.trim() ?? '';
  const conversationId = query['conversationId']?.trim() ?? '';
  return {
    ...(status === undefined ? {} : { status: API_STATUSES[status] }),
    ...(sink === '' ? {} : { sink }),
    ...(conversationId === '' ? {} : { conversationId }),
  };
}

interface Failing {
  readonly status: string;
  readonly failures: number;
}

/** The status to show: `failing` for a pending delivery whose last attempt failed. */
export function shownStatusOf({ status, failures }: Failing): string {
  return status === 'pending' && failures > 0 ? 'failing' : status;
}

/** The deliveries of a page that a filter by shown status selects; all without one. */
export function withStatus<Item extends Failing>(items: readonly Item[], status: string | undefined): Item[] {
  return items.filter((item) => status !== 'failing' || shownStatusOf(item) === 'failing');
}
