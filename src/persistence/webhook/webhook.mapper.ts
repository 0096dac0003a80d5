import type { Selectable } from 'kysely';
import type { FeedEvent } from '../../events/domain/feed-event';
import type { Attempt, Delivery } from '../../sync/domain/delivery';
import type { Webhook, WebhookSecret, WebhookStatus } from '../../webhooks/domain/webhook';
import { dataOfFeedEvent, isOfConversation, type WebhookEvent } from '../../webhooks/domain/webhook-event';
import type { WebhookDeliveryRecord } from '../../webhooks/ports/webhook-delivery.store';
import type { WebhookAttemptTable, WebhookDeliveryTable, WebhookTable } from '../database/database';
import type { DataCipher } from '../guest/data-cipher';
import { storable } from '../outbox/delivery.mapper';
import { contextOf } from '../session/encrypted-columns';

export type WebhookRow = Selectable<WebhookTable>;

export function sealedUrl(cipher: DataCipher, id: string, url: string): string {
  return cipher.encrypt(url, contextOf({ table: 'webhook', column: 'url' }, id));
}

export function sealedSecrets(cipher: DataCipher, id: string, secrets: readonly WebhookSecret[]): string {
  return cipher.encrypt(JSON.stringify(secrets), contextOf({ table: 'webhook', column: 'secrets' }, id));
}

/** Throws `UnreadableDataError` if its key is missing. */
function toTarget(
  cipher: DataCipher,
  id: string,
  row: Pick<WebhookTable, 'url' | 'secrets'>,
): WebhookEvent['target'] {
  const textOf = (column: 'url' | 'secrets'): string =>
    cipher.decrypt(row[column], contextOf({ table: 'webhook', column }, id));
  return { url: textOf('url'), secrets: JSON.parse(textOf('secrets')) as WebhookSecret[] };
}

/** Throws `UnreadableDataError` if its key is missing. */
export function toWebhook(cipher: DataCipher, row: WebhookRow): Webhook {
  return {
    ...toTarget(cipher, row.id, row),
    id: row.id,
    owner: row.owner,
    description: row.description,
    types: JSON.parse(row.types) as string[],
    sessions: row.sessions,
    status: row.status as WebhookStatus,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...(row.status_reason === null ? {} : { statusReason: row.status_reason }),
    ...(row.verified_at === null ? {} : { verifiedAt: row.verified_at }),
    ...(row.failing_since === null ? {} : { failingSince: row.failing_since }),
    ...(row.quiet_until === null ? {} : { retryAfter: row.quiet_until }),
  };
}

/** A delivery at the head of its queue, with the event of the feed that it is about, if there is one. */
export interface HeadRow extends Pick<
  WebhookDeliveryTable,
  | 'webhook_id'
  | 'event_id'
  | 'conversation_id'
  | 'sequence'
  | 'type'
  | 'occurred_at'
  | 'data'
  | 'attempts'
  | 'queued_at'
> {
  readonly kind: FeedEvent['kind'] | null;
  readonly body: string | null;
  readonly traceparent: string | null;
  readonly url: string;
  readonly secrets: string;
  /** The URL that the session has for its events, encrypted. */
  readonly session_url: string | null;
}

/** The data of an event; undefined if it was erased. Throws `UnreadableDataError` if its key is missing. */
export function dataIn(cipher: DataCipher, { data, kind, body, event_id: id }: HeadRow): object | undefined {
  if (data !== null) return JSON.parse(data) as object;
  if (kind === null || body === null) return undefined;
  const text = cipher.decrypt(body, contextOf({ table: 'conversation_event', column: 'body' }, id));
  return dataOfFeedEvent({ kind, body: JSON.parse(text) as unknown } as FeedEvent);
}

/** Throws `UnreadableDataError` if the key of its receiver is missing. */
export function toWebhookDelivery(
  cipher: DataCipher,
  row: HeadRow,
  data: object,
  relay: string | undefined,
): Delivery<WebhookEvent> {
  const unread = unreadDelivery(row, relay);
  const webhook = toTarget(cipher, row.webhook_id, row);
  const target = { ...webhook, url: sessionUrlIn(cipher, row, webhook.url) };
  return { ...unread, event: { ...unread.event, data, target } };
}

/** The URL of the session, if it has the origin of the webhook, which was verified; otherwise that of the webhook. */
function sessionUrlIn(
  cipher: DataCipher,
  { session_url: stored, conversation_id: id }: HeadRow,
  webhookUrl: string,
): string {
  if (stored === null) return webhookUrl;
  const url = cipher.decrypt(stored, contextOf({ table: 'session', column: 'webhook_url' }, id));
  return new URL(url).origin === new URL(webhookUrl).origin ? url : webhookUrl;
}

/** A delivery that is not to be sent. */
export function unreadDelivery(row: HeadRow, relay: string | undefined): Delivery<WebhookEvent> {
  return {
    event: {
      id: row.event_id,
      conversationId: row.conversation_id,
      sequence: row.sequence,
      type: row.type,
      occurredAt: row.occurred_at,
      data: {},
      target: { url: '', secrets: [] },
    },
    sink: row.webhook_id,
    attempts: row.attempts,
    queuedAt: row.queued_at,
    ...(relay === undefined ? {} : { claimedBy: relay }),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  };
}

export function toWebhookDeliveryRecord(
  row: Selectable<WebhookDeliveryTable> & { readonly due_at: number | null },
): WebhookDeliveryRecord {
  return {
    webhookId: row.webhook_id,
    eventId: row.event_id,
    type: row.type,
    ...(isOfConversation(row.conversation_id) ? { conversationId: row.conversation_id } : {}),
    sequence: row.sequence,
    status: row.status,
    attempts: row.attempts,
    occurredAt: row.occurred_at,
    queuedAt: row.queued_at,
    ...(row.status === 'pending' && row.due_at !== null ? { nextAttemptAt: row.due_at } : {}),
    ...(row.settled_at === null ? {} : { settledAt: row.settled_at }),
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
  };
}

export function toWebhookAttempt(row: Selectable<WebhookAttemptTable>): Attempt {
  return {
    at: row.at,
    latencyMs: row.latency_ms,
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.error === null ? {} : { error: row.error }),
  };
}

export function toWebhookAttemptRow(
  { event, sink }: Delivery<WebhookEvent>,
  { at, latencyMs, status, error }: Attempt,
): Omit<WebhookAttemptTable, 'id'> {
  return {
    webhook_id: sink,
    event_id: event.id,
    at,
    latency_ms: Math.round(latencyMs),
    status: status ?? null,
    error: error === undefined ? null : storable(error),
  };
}
