import type { components } from '../generated/api.js';

type Session = components['schemas']['SessionResponse'];
type Message = components['schemas']['MessageResponse'];

/** Families of events that a stream may be limited to. */
export type StreamType = 'message' | 'session' | 'assignment' | 'typing' | 'connection' | 'activity';

/** The state of a session after an event. */
export interface SessionChange extends Pick<
  Session,
  'state' | 'endReason' | 'endCause' | 'endedBy' | 'disconnectType' | 'genesysConversationId'
> {
  readonly version: number;
}

/** The party that serves the session after an event, as far as it is known. */
export interface AssignmentChange extends SessionChange {
  readonly assignment?: components['schemas']['AssignmentResponse']['state'];
  readonly assignedQueueId?: string;
  readonly userId?: string;
  /** True if the agent declined. */
  readonly declined?: boolean;
  readonly wrapUpCode?: string;
}

export type AssignmentFact = 'waiting' | 'bot' | 'agent-joined' | 'agent-left' | 'transferred' | 'wrapped-up';

/** The other side is typing, for `durationMs` if known, or has stopped. */
export interface Typing {
  readonly isOn: boolean;
  readonly durationMs?: number;
}

/** An event of a conversation besides messages and typing; it may be repeated, with the same `id` and `type`. */
export interface Activity {
  readonly id?: string;
  readonly type: string;
  readonly direction: 'inbound' | 'outbound';
  readonly sentAt: string;
  readonly offer?: string;
  readonly reactions?: readonly { readonly reaction: string; readonly count: number }[];
  /** In `agent-ended`: true if the session ends with it. */
  readonly isReadOnly?: boolean;
}

type Content =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: `session.${Session['state']}`; readonly session: SessionChange }
  | { readonly type: `assignment.${AssignmentFact}`; readonly session: AssignmentChange }
  | { readonly type: 'session.expiring'; readonly session: { readonly expiresAt: string } }
  | { readonly type: 'typing'; readonly typing: Typing }
  | { readonly type: 'connection'; readonly connection: 'live' | 'reconnecting' }
  | { readonly type: 'activity'; readonly activity: Activity };

interface Received {
  /** RFC 3339, in UTC. */
  readonly at: string;
  /** The position after the event: a stream that starts with it has all later events. */
  readonly lastEventId: string;
}

/** Events before this one may be missing: the position that the stream resumed from is not known any more. */
export type ResetEvent = Received & { readonly type: 'reset' };

/**
 * An event of a stream. Types and fields that are not listed here may be added by a release of the service: callers
 * ignore them.
 */
export type StreamEvent = (Content & Received & { readonly conversationId: string }) | ResetEvent;
