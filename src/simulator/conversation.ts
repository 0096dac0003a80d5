import { randomUUID } from 'node:crypto';

export interface ConversationBody {
  readonly id: string;
  readonly from: { readonly id: string; readonly name?: string; readonly type?: string };
  readonly to: readonly { readonly id: string; readonly type?: string }[];
  readonly type: string;
  readonly channelAddress?: string;
  readonly context: { readonly locale: string; readonly capabilities: readonly string[] };
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const KEPT_BEAT_TIMES = 100;

/**
 * A guest conversation as the platform sees it, with counts of every request for it.
 *
 *   connected ── end('client' | 'agent') ──▶ disconnected
 */
export class Conversation {
  readonly id: string;
  readonly createdTime: string;
  state: 'connected' | 'disconnected' = 'connected';
  /** Number of creation requests, repeats included. */
  posts = 1;
  /** Beats that arrived while the conversation was connected. */
  beats = 0;
  /** The highest sequence so far. */
  lastSequence: number | null = null;
  /** Arrival times of the newest 100 beats, in epoch milliseconds. */
  readonly beatTimes: number[] = [];
  /** Number of beats with a sequence that did not grow. */
  sequenceViolations = 0;
  /** Number of beats that arrived after the end. */
  lateBeats = 0;
  /** Number of disconnect requests by clients, repeats included. */
  disconnects = 0;
  endedBy: 'client' | 'agent' | null = null;
  endedAt: number | null = null;
  private readonly participantIds = [randomUUID(), randomUUID()] as const;

  constructor(
    /** The OAuth client that created the conversation. */
    readonly client: string,
    readonly body: ConversationBody,
    readonly createdAt: number,
  ) {
    this.id = body.id;
    this.createdTime = new Date(createdAt).toISOString();
  }

  beat(sequence: number, at: number): void {
    this.beats += 1;
    this.beatTimes.push(at);
    if (this.beatTimes.length > KEPT_BEAT_TIMES) this.beatTimes.shift();
    if (this.lastSequence !== null && sequence <= this.lastSequence) this.sequenceViolations += 1;
    else this.lastSequence = sequence;
  }

  /** Idempotent: only the first end counts. */
  end(by: 'client' | 'agent', at: number): void {
    if (this.state === 'disconnected') return;
    this.state = 'disconnected';
    this.endedBy = by;
    this.endedAt = at;
  }

  /** The JSON of the API. The guest's token is a credential and is not part of it. */
  toResource(): unknown {
    const { id, state, createdTime, body } = this;
    const [customer, queue] = this.participantIds;
    const attributes = body.metadata?.['customAttributes'] ?? {};
    return {
      id,
      state,
      createdTime,
      participants: [
        { id: customer, purpose: 'customer', name: body.from.name ?? 'Guest', state, attributes },
        { id: queue, purpose: 'acd', queueId: body.to[0]?.id, state },
      ],
      selfUri: `/api/v2/conversations/messaging/${id}`,
    };
  }
}
