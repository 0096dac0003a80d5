import { AttemptResult } from '../server/json-sender';
import { OutboundBody } from './open-message';

export type WebhookAttempt = AttemptResult & {
  /** Start of the attempt, in epoch milliseconds. */
  readonly at: number;
};

/**
 * The delivery of one outbound message to its integration's webhook.
 *
 *   pending ── 2xx ──▶ delivered
 *     ├─ any other status that is not retried ──▶ refused
 *     ├─ last retry without success ──▶ failed
 *     ├─ integration deleted or without an address ──▶ undeliverable
 *     └─ queue full, reset or close ──▶ dropped
 */
export interface WebhookDelivery {
  readonly integrationId: string;
  readonly conversationId: string | undefined;
  readonly body: OutboundBody;
  /** A second delivery of a message, made on purpose. */
  readonly isDuplicate: boolean;
  readonly attempts: readonly WebhookAttempt[];
  readonly outcome: 'pending' | 'delivered' | 'refused' | 'failed' | 'undeliverable' | 'dropped';
}

/** Retried results: none at all, 429 and 5xx. A redirect is not followed and counts as a refusal. */
export function isRetried(result: AttemptResult): boolean {
  return 'failure' in result || result.status === 429 || result.status >= 500;
}
