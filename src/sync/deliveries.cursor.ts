import * as cursors from '../common/pagination/cursor';
import { parseDeliveryId } from './domain/delivery-id';
import type { DeliveryFilter, DeliveryPosition } from './ports/delivery.ledger';

/** A position in a list as an opaque text, bound to what the list was filtered by. */
export function encodeCursor({ queuedAt, sink, eventId }: DeliveryPosition, filter: DeliveryFilter): string {
  return cursors.encodeCursor([...partsOf(filter), queuedAt, `${sink}.${eventId}`]);
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same filter. */
export function decodeCursor(cursor: string, filter: DeliveryFilter): DeliveryPosition {
  const expected = partsOf(filter);
  const parts = cursors.decodeCursor(cursor);
  const [queuedAt, id] = parts.slice(expected.length);
  const key = typeof id === 'string' ? parseDeliveryId(id) : undefined;
  const isOurs = expected.every((part, index) => parts[index] === part) && Number.isSafeInteger(queuedAt);
  if (!isOurs || key === undefined) throw cursors.invalidCursor();
  return { queuedAt: queuedAt as number, ...key };
}

function partsOf({ conversationId, status, sink }: DeliveryFilter): string[] {
  return ['deliveries', conversationId ?? '*', status ?? '*', sink ?? '*'];
}
