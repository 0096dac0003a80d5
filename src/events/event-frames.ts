import { jittered } from '../common/time/jitter';
import type { FeedEvent } from './domain/feed-event';
import type { EphemeralEvent } from './domain/stream-event';

const RETRY_MS = 3_000;
/** Of the time after which clients come back: from one to five seconds. */
const RETRY_SHARE = 2 / 3;

/** What goes over the wire, as the HTML standard has it (server-sent events). JSON holds no line breaks of its own. */

/** Keeps connections from being taken for dead. */
export const PING = ': ping\n\n';

/** An event with an id: a client that comes back with it goes on after it. */
export function frameOf(event: FeedEvent, id: string): string {
  const { conversationId } = event;
  const at = new Date(event.at).toISOString();
  return event.kind === 'state'
    ? framed(`session.${event.body.state}`, { conversationId, at, session: event.body }, id)
    : framed('message', { conversationId, at, message: event.body }, id);
}

/** An event without an id: nobody can come back to it. */
export function ephemeralFrameOf({ kind, conversationId, at, body }: EphemeralEvent): string {
  const facts = { conversationId, at: new Date(at).toISOString() };
  if (kind === 'expiring') return framed('session.expiring', { ...facts, session: body });
  return framed(kind, { ...facts, [kind]: body });
}

/** Says that events may be missing, and from where on none is. */
export function resetFrame(id: string, at: number): string {
  return framed('reset', { at: new Date(at).toISOString() }, id);
}

/** Tells a client where it is without telling it an event. */
export function markFrame(id: string): string {
  return `id: ${id}\n\n`;
}

/** When to come back; other for everybody, so that they do not come all at once. */
export function retryFrame(): string {
  return `retry: ${jittered(RETRY_MS, RETRY_SHARE)}\n\n`;
}

function framed(name: string, data: object, id?: string): string {
  const first = id === undefined ? '' : `id: ${id}\n`;
  return `${first}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
