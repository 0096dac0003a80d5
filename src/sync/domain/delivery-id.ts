import { SINK_NAME } from './sink-name';

/** What a delivery is stored under: an event goes to each sink once. */
export interface DeliveryKey {
  readonly sink: string;
  readonly eventId: string;
}

/** The sink that the summary of the metrics speaks of. */
export const CRM_SINK = 'crm';

const PATTERN = /^([^.]+)\.([0-9a-f-]{36})$/;

/** The id of a delivery as callers know it, opaque to them. */
export function deliveryIdOf({ sink, event }: { sink: string; event: { id: string } }): string {
  return `${sink}.${event.id}`;
}

/** Undefined for a text that could not be the id of a delivery. */
export function parseDeliveryId(text: string): DeliveryKey | undefined {
  const [, sink = '', eventId = ''] = PATTERN.exec(text) ?? [];
  return SINK_NAME.test(sink) ? { sink, eventId } : undefined;
}
