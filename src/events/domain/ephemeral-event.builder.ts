import type { ConnectionState } from '../../session/ports/conversation-events';
import type { EphemeralEvent } from './stream-event';

const CONVERSATION = { conversationId: 'c', owner: 'billing', at: Date.parse('2027-01-15T08:00:00Z') };

/** Typing in the conversation `c` of the owner `billing`. */
export function aTyping(durationMs: number): EphemeralEvent {
  return { ...CONVERSATION, kind: 'typing', body: { isOn: true, durationMs } };
}

/** A state of the connection of the same conversation. */
export function aConnectionState(body: ConnectionState): EphemeralEvent {
  return { ...CONVERSATION, kind: 'connection', body };
}
