import { EventEnvelope } from './event-envelope';

/** The fate of one event, for tests that look for missed events. */
export interface LoggedEvent {
  readonly sequence: number;
  readonly at: number;
  readonly topicName: string;
  readonly conversationId: string;
  /** The body of a detail event; undefined for a state of the whole conversation. */
  readonly eventBody: Readonly<Record<string, unknown>> | undefined;
  /** Number of channels that were subscribed. */
  subscribers: number;
  /** Number of frames that were written to sockets, repeats included. */
  sent: number;
  /** Number of subscribed channels that got no frame, on purpose. */
  dropped: number;
  /** Number of frames for which there was no open socket. */
  unconnected: number;
  /** Number of pushes that were started over HTTP, repeats included. */
  pushed: number;
}

/** The newest events, and counts of all since the start or the last reset. */
export class EventLog {
  private readonly entries: LoggedEvent[] = [];
  private sequence = 0;

  constructor(private readonly maxEntries: number) {}

  /** The newest events, oldest first. */
  get events(): readonly LoggedEvent[] {
    return this.entries;
  }

  /** Number of events since the start or the last reset. */
  get total(): number {
    return this.sequence;
  }

  add(envelope: EventEnvelope, conversationId: string, at: number): LoggedEvent {
    const { topicName, eventBody } = envelope;
    const isDetail = topicName.startsWith('v2.detail.');
    this.sequence += 1;
    const event: LoggedEvent = {
      sequence: this.sequence,
      at,
      topicName,
      conversationId,
      eventBody: isDetail ? eventBody : undefined,
      subscribers: 0,
      sent: 0,
      dropped: 0,
      unconnected: 0,
      pushed: 0,
    };
    this.entries.push(event);
    if (this.entries.length > this.maxEntries) this.entries.shift();
    return event;
  }

  clear(): void {
    this.entries.length = 0;
    this.sequence = 0;
  }
}
