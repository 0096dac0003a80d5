import { SINK_NAME } from './sink-name';

/** The key of a delivery: an event is delivered to each sink once. */
export interface DeliveryKey {
  readonly sink: string;
  readonly eventId: string;
}

/** The sink of the summary in the metrics. */
export const CRM_SINK = 'crm';

const PATTERN = /^([^.]+)\.([0-9a-f-]{36})$/;

/** The id of a delivery in the API, opaque to callers. */
export function deliveryIdOf({ sink, event }: { sink: string; event: { id: string } }): string {
  return `${sink}.${event.id}`;
}

/** Undefined for a text that could not be the id of a delivery. */
export function parseDeliveryId(text: string): DeliveryKey | undefined {
  const [, sink = '', eventId = ''] = PATTERN.exec(text) ?? [];
  return SINK_NAME.test(sink) ? { sink, eventId } : undefined;
}
