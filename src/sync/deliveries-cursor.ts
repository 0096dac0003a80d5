import * as cursors from '../common/pagination/cursor';
import { isEpochMs } from '../common/validation/column-types';
import { parseDeliveryId } from './domain/delivery-id';
import type { DeliveryFilter, DeliveryPosition } from './ports/delivery-admin.store';

const POSITION = [
  cursors.partOf(isEpochMs),
  (part: unknown) => (typeof part === 'string' ? parseDeliveryId(part) : undefined),
] as const;

/** A position in a list as an opaque text, bound to the filter of the list. */
export function encodeCursor({ queuedAt, sink, eventId }: DeliveryPosition, filter: DeliveryFilter): string {
  return cursors.encodeCursor(nameOf(filter), [queuedAt, `${sink}.${eventId}`]);
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same filter. */
export function decodeCursor(cursor: string, filter: DeliveryFilter): DeliveryPosition {
  const [queuedAt, key] = cursors.decodeCursor(cursor, nameOf(filter), POSITION);
  return { queuedAt, ...key };
}

function nameOf({ conversationId, status, sink }: DeliveryFilter): string[] {
  return ['deliveries', conversationId ?? '*', status ?? '*', sink ?? '*'];
}
