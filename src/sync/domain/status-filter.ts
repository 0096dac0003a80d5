import type { DeliveryStatus } from './delivery';

/** The deliveries that a list may be limited to: those in a status, or the pending ones with failed attempts. */
export const STATUS_FILTERS = ['pending', 'failing', 'delivered', 'dead'] as const;

export type StatusFilter = (typeof STATUS_FILTERS)[number];

/** The status of the deliveries that a filter selects. */
export function statusIn(filter: StatusFilter): DeliveryStatus {
  return filter === 'failing' ? 'pending' : filter;
}

export function isSelected(
  filter: StatusFilter,
  { status, attempts }: { readonly status: DeliveryStatus; readonly attempts: number },
): boolean {
  return status === statusIn(filter) && (filter !== 'failing' || attempts > 0);
}
