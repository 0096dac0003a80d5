import type { SessionEvent } from '../../session/domain/session-event';
import type { Delivery } from './delivery';

export function anEvent(facts: Partial<SessionEvent> = {}): SessionEvent {
  const { conversationId = 'a', sequence = 1 } = facts;
  return {
    id: `event-${sequence}-of-${conversationId}`,
    conversationId,
    sequence,
    state: sequence === 1 ? 'connected' : 'terminated',
    occurredAt: Date.now(),
    metadata: { queueId: 'support' },
    ...facts,
  };
}

export function aDelivery(facts: Partial<SessionEvent> = {}, attempts = 0): Delivery {
  const event = anEvent(facts);
  return { event, sink: 'crm', attempts, queuedAt: event.occurredAt };
}
