import type { FeedEvent } from '../../events/domain/feed-event';
import { eventTypeOf, messageStateOf } from '../../session/domain/session-event';
import type { QueuedEvent } from '../../sync/domain/delivery';
import type { Webhook } from './webhook';
import { TYPES_OF_STATES } from './webhook-event-type';

/** An event as webhooks get it. */
export interface WebhookEvent extends QueuedEvent {
  readonly type: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  readonly data: object;
  /** The receiver, as it was when the event was claimed. */
  readonly target: Pick<Webhook, 'url' | 'secrets'>;
}

/** An event in the queue of a webhook that is about no conversation: its queue is named after the webhook it is about. */
const ABOUT_WEBHOOK = 'webhook:';

export function queueAbout(webhookId: string): string {
  return ABOUT_WEBHOOK + webhookId;
}

/** Tells whether a queue is of a conversation. */
export function isOfConversation(conversationId: string): boolean {
  return !conversationId.startsWith(ABOUT_WEBHOOK);
}

/** The type of an event of the feed; undefined for one that webhooks are not told. */
export function typeOfFeedEvent(event: FeedEvent): string | undefined {
  if (event.kind === 'message') return eventTypeOf(messageStateOf(event.body));
  const { event: assignment, state } = event.body;
  return assignment === undefined ? TYPES_OF_STATES[state] : eventTypeOf(assignment);
}

/** The data of an event of the feed: a message as the API shows it, or the session with the facts of the event. */
export function dataOfFeedEvent(event: FeedEvent): object {
  if (event.kind === 'message') return event.body;
  const { event: assignment, facts, ...session } = event.body;
  return assignment === undefined ? session : { ...session, ...facts };
}

/** The body of the request, the same in every attempt. Times are RFC 3339 in UTC. */
export function bodyOf({ id, type, occurredAt, conversationId, sequence, data }: WebhookEvent): string {
  const about = isOfConversation(conversationId) ? { conversationId, sequence } : {};
  return JSON.stringify({ id, type, timestamp: new Date(occurredAt).toISOString(), ...about, data });
}
