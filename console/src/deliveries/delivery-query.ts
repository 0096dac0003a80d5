import type { operations } from '@genesys-guest-sessions/client';

type Query = NonNullable<operations['deliveriesList']['parameters']['query']>;
type Filters = Pick<Query, 'conversationId' | 'status' | 'sink'>;
type Status = NonNullable<Query['status']>;

/** The compiler refuses a list that lacks one. */
const STATUSES: Readonly<Record<Status, true>> = {
  pending: true,
  failing: true,
  delivered: true,
  dead: true,
};

/** Statuses that the filter offers; `failing` deliveries are pending ones with failed attempts. */
export const DELIVERY_STATUSES = Object.keys(STATUSES) as Status[];

/** The filters of the API from those of the address. */
export function deliveryFiltersOf(query: Readonly<Record<string, string>>): Filters {
  const status = DELIVERY_STATUSES.find((known) => known === query['status']);
  const sink = query['sink']?.trim() ?? '';
  const conversationId = query['conversationId']?.trim() ?? '';
  return {
    ...(status === undefined ? {} : { status }),
    ...(sink === '' ? {} : { sink }),
    ...(conversationId === '' ? {} : { conversationId }),
  };
}

interface Failing {
  readonly status: string;
  readonly failures: number;
}

/** The status to show: `failing` for a pending delivery with failed attempts. */
export function shownStatusOf({ status, failures }: Failing): string {
  return status === 'pending' && failures > 0 ? 'failing' : status;
}
