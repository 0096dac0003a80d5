import type { components } from '@genesys-guest-sessions/client';

export type WebhookEventType = NonNullable<components['schemas']['CreateWebhookDto']['types']>[number];

/** Event types that a webhook can select. */
export const WEBHOOK_TYPES: readonly WebhookEventType[] = [
  'session.*',
  'session.connected',
  'session.terminating',
  'session.terminated',
  'session.disconnected',
  'session.failed',
  'session.expiring',
  'assignment.*',
  'assignment.waiting',
  'assignment.bot',
  'assignment.agent-joined',
  'assignment.agent-left',
  'assignment.transferred',
  'assignment.wrapped-up',
  'message.*',
  'message.received',
  'message.sent',
];

/** The editable properties of a webhook. */
export interface WebhookForm {
  readonly url: string;
  readonly description: string;
  readonly types: readonly WebhookEventType[];
  readonly sessions: 'own' | 'all';
}

export const EMPTY_WEBHOOK: WebhookForm = { url: '', description: '', types: ['session.*'], sessions: 'own' };

/** The types that the console knows among those of a webhook. */
export function knownTypesOf(types: readonly string[]): WebhookEventType[] {
  return WEBHOOK_TYPES.filter((type) => types.includes(type));
}

/** The changed properties alone, so that nothing else of the webhook is reset. */
export function changesOf(before: WebhookForm, after: WebhookForm): Partial<WebhookForm> {
  const url = after.url.trim();
  return {
    ...(url === before.url ? {} : { url }),
    ...(after.description === before.description ? {} : { description: after.description }),
    ...(after.sessions === before.sessions ? {} : { sessions: after.sessions }),
    ...(String(after.types) === String(before.types) ? {} : { types: after.types }),
  };
}
