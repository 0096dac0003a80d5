import type { SessionEvent } from '../../session/domain/session-event';
import type { DeliveryRecord } from './delivery';
import { aDelivery } from './delivery.builder';

/** A valid event id, the same for the same number. */
export function anEventId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** A pending delivery with a valid id. */
export function aDeliveryRecord(
  facts: Partial<Omit<DeliveryRecord, 'event'>> = {},
  event: Partial<SessionEvent> = {},
): DeliveryRecord {
  const delivery = aDelivery({ id: anEventId(1), ...event });
  return { ...delivery, status: 'pending', nextAttemptAt: delivery.queuedAt, ...facts };
}
