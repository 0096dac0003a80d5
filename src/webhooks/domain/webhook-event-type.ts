import { ASSIGNMENT_EVENTS, eventTypeOf } from '../../session/domain/session-event';
import type { SessionState } from '../../session/domain/session-state';

/** The event types of the states of a session; `connecting` has none, since its end is one of the others. */
export const TYPES_OF_STATES: Readonly<Partial<Record<SessionState, string>>> = {
  active: 'session.connected',
  terminating: 'session.terminating',
  terminated: 'session.terminated',
  disconnected: 'session.disconnected',
  failed: 'session.failed',
};

export const EXPIRING = 'session.expiring';

/** Events about webhooks themselves, which need no subscription. */
export const WEBHOOK_TEST = 'webhook.test';
export const WEBHOOK_DISABLED = 'webhook.disabled';

export const EVENT_TYPES: readonly string[] = [
  ...Object.values(TYPES_OF_STATES),
  EXPIRING,
  ...ASSIGNMENT_EVENTS.map(eventTypeOf),
  eventTypeOf('message-received'),
  eventTypeOf('message-sent'),
];

const FAMILY = '.*';

/** The types that a webhook can subscribe to: each event type, and each family such as `session.*`. */
export const SUBSCRIBABLE_TYPES: readonly string[] = [
  ...new Set(EVENT_TYPES.map((type) => type.slice(0, type.indexOf('.')) + FAMILY)),
  ...EVENT_TYPES,
];

/** The types of a webhook whose caller names none. Messages are personal data, so they have to be asked for. */
export const DEFAULT_TYPES: readonly string[] = ['session.*', 'assignment.*'];

/** Tells whether an event of this type is among the types of a subscription. */
export function isSubscribed(types: readonly string[], type: string): boolean {
  return types.includes(type) || types.includes(type.slice(0, type.indexOf('.')) + FAMILY);
}

/** Tells whether a subscription contains messages. */
export function hasMessages(types: readonly string[]): boolean {
  return types.some((type) => type.startsWith('message.'));
}
