import { jittered } from '../common/time/jitter';
import { eventTypeOf } from '../session/domain/session-event';
import type { FeedEvent } from './domain/feed-event';
import type { EphemeralEvent } from './domain/stream-event';

const RETRY_MS = 3_000;
/** Jitter of the reconnection time, which is from one to five seconds. */
const RETRY_SHARE = 2 / 3;

/** The frames of server-sent events, as in the HTML standard. JSON holds no line breaks of its own. */

/** A comment that keeps proxies and clients from closing an idle connection. */
export const PING = ': ping\n\n';

/** An event with an id, after which a client that reconnects with it resumes. */
export function frameOf(event: FeedEvent, id: string): string {
  const { conversationId } = event;
  const at = new Date(event.at).toISOString();
  if (event.kind === 'message') return framed('message', { conversationId, at, message: event.body }, id);
  const { event: name, facts, ...session } = event.body;
  return name === undefined
    ? framed(`session.${session.state}`, { conversationId, at, session }, id)
    : framed(eventTypeOf(name), { conversationId, at, session, ...facts }, id);
}

/** An event without an id: a client cannot resume after it. */
export function ephemeralFrameOf({ kind, conversationId, at, body }: EphemeralEvent): string {
  const facts = { conversationId, at: new Date(at).toISOString() };
  if (kind === 'expiring') return framed('session.expiring', { ...facts, session: body });
  return framed(kind, { ...facts, [kind]: body });
}

/** Tells a client that events may be missing before this id, and none after it. */
export function resetFrame(id: string, at: number): string {
  return framed('reset', { at: new Date(at).toISOString() }, id);
}

/** Gives a client its position without an event. */
export function markFrame(id: string): string {
  return `id: ${id}\n\n`;
}

/** The reconnection time, with jitter, so that clients do not reconnect all at once. */
export function retryFrame(): string {
  return `retry: ${jittered(RETRY_MS, RETRY_SHARE)}\n\n`;
}

function framed(name: string, data: object, id?: string): string {
  const first = id === undefined ? '' : `id: ${id}\n`;
  return `${first}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
