import type { LineState, Typing } from '../../session/ports/conversation-news';
import type { FeedEvent } from './feed-event';

/** What streams tell of: the first two are kept and can be told again, the others only as they happen. */
export const STREAM_TYPES = ['message', 'session', 'typing', 'line'] as const;

export type StreamType = (typeof STREAM_TYPES)[number];

/** What not everybody may hear who may see the session. */
export const TYPES_OF_MESSAGES: readonly StreamType[] = ['message', 'typing'];

type What =
  { readonly kind: 'typing'; readonly body: Typing } | { readonly kind: 'line'; readonly body: LineState };

/** Something that is told once, to whoever listens at that moment. `at` is epoch milliseconds. */
export type PassingEvent = What & {
  readonly conversationId: string;
  readonly owner: string;
  readonly at: number;
};

export function typeOf({ kind }: FeedEvent | PassingEvent): StreamType {
  return kind === 'state' ? 'session' : kind;
}
