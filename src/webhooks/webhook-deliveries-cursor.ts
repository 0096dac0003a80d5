import { validate as isUuid } from 'uuid';
import * as cursors from '../common/pagination/cursor';
import { isEpochMs } from '../common/validation/column-types';
import type { WebhookDeliveryFilter, WebhookDeliveryPosition } from './ports/webhook-delivery.store';

/** The list of a webhook's deliveries that match the filter. */
export interface WebhookDeliverySelection extends WebhookDeliveryFilter {
  readonly webhookId: string;
}

const POSITION = [cursors.partOf(isEpochMs), cursors.partOf((part): part is string => isUuid(part))] as const;

/** A position in the list as an opaque text, bound to the webhook and the filter. */
export function encodeCursor(
  { queuedAt, eventId }: WebhookDeliveryPosition,
  selection: WebhookDeliverySelection,
): string {
  return cursors.encodeCursor(listOf(selection), [queuedAt, eventId]);
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same selection. */
export function decodeCursor(cursor: string, selection: WebhookDeliverySelection): WebhookDeliveryPosition {
  const [queuedAt, eventId] = cursors.decodeCursor(cursor, listOf(selection), POSITION);
  return { queuedAt, eventId };
}

function listOf({ webhookId, conversationId, status }: WebhookDeliverySelection): readonly string[] {
  return ['webhook-deliveries', webhookId, conversationId ?? '*', status ?? '*'];
}
