import type { SessionState } from '../../session/domain/session-state';
import type { FeedEvent } from './feed-event';

const AT = Date.parse('2027-01-15T08:00:00Z');

/** A message as the feed has it, of the conversation `c` and the owner `billing` unless told otherwise. */
export function aMessageEvent(position: number, facts: Partial<FeedEvent> = {}, text = 'hello'): FeedEvent {
  const body = {
    id: `m${position}`,
    direction: 'outbound' as const,
    type: 'text' as const,
    text,
    content: [],
    sentAt: new Date(AT).toISOString(),
  };
  return {
    id: `e${position}`,
    position,
    conversationId: 'c',
    owner: 'billing',
    at: AT,
    ...facts,
    kind: 'message',
    body,
  };
}

/** A change of state, as `aMessageEvent`. */
export function aStateEvent(
  position: number,
  state: SessionState,
  facts: Partial<FeedEvent> = {},
): FeedEvent {
  const body = { state, version: position };
  return {
    id: `e${position}`,
    position,
    conversationId: 'c',
    owner: 'billing',
    at: AT,
    ...facts,
    kind: 'state',
    body,
  };
}
