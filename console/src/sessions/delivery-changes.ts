import type { Delivery, DeliveryHistory } from '../api/schemas';

const CHANGING = ['status', 'failures', 'queuedAt', 'nextAttemptAt', 'settledAt', 'lastError'] as const;

/** Tells whether nothing has happened to a delivery since its history was read: each attempt changes one of these fields. */
export function isUnchanged(delivery: Delivery, history: DeliveryHistory): boolean {
  return CHANGING.every((field) => delivery[field] === history[field]);
}
