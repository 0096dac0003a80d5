import type { AssignmentChange, AssignmentFact, SessionChange } from '../events/stream-event.js';
import type { components } from '../generated/api.js';

interface Told {
  /** The same in each attempt and replay: the key against duplicates. */
  readonly id: string;
  /** The time of the event: RFC 3339, in UTC. */
  readonly timestamp: string;
}

interface OfConversation extends Told {
  readonly conversationId: string;
  /** Numbers the events of the conversation at this webhook, from 1. */
  readonly sequence: number;
}

type SessionFact = 'connected' | 'terminating' | 'terminated' | 'disconnected' | 'failed';

type ConversationContent =
  | { readonly type: `session.${SessionFact}`; readonly data: SessionChange }
  | { readonly type: 'session.expiring'; readonly data: { readonly expiresAt: string } }
  | { readonly type: `assignment.${AssignmentFact}`; readonly data: AssignmentChange }
  | {
      readonly type: 'message.received' | 'message.sent';
      readonly data: components['schemas']['MessageResponse'];
    };

type WebhookContent =
  | { readonly type: 'webhook.test'; readonly data: { readonly webhookId: string } }
  | {
      readonly type: 'webhook.disabled';
      readonly data: { readonly webhookId: string; readonly failingSince: string };
    };

/**
 * An event as a webhook gets it. Types and fields that are not listed here may be added by a release of the service:
 * receivers accept and ignore them.
 */
export type WebhookEvent = (OfConversation & ConversationContent) | (Told & WebhookContent);
