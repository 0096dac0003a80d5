import { randomBytes, randomUUID } from 'node:crypto';
import { event, ServerFrame } from './server-frame';

export interface Sender {
  readonly nickname?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly image?: string;
}

export interface MessageContent {
  readonly type: 'Text' | 'Structured' | 'Event';
  readonly text?: string;
  readonly content?: readonly unknown[];
  readonly events?: readonly unknown[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** The sender of a message of the organisation. */
  readonly originatingEntity?: 'Human' | 'Bot';
  readonly from?: Sender;
}

/** A message of a conversation, as the guest receives it and the history keeps it. */
export class GuestMessage {
  readonly id = randomBytes(16).toString('hex');
  /** The id by which the details are found: for messages of the guest, the channel's own id. */
  readonly channelId = randomUUID();
  private readonly correlationId = randomUUID();

  constructor(
    readonly direction: 'Inbound' | 'Outbound',
    readonly content: MessageContent,
    readonly at: number,
  ) {}

  /** Status of the message in its details and in the lists of the participants. */
  get status(): 'received' | 'sent' {
    return this.direction === 'Inbound' ? 'received' : 'sent';
  }

  /**
   * The frame of the message; an inbound one repeats the request's tracing id, also to the guest's other connections.
   */
  toFrame(tracingId?: string): ServerFrame {
    const { type, text, content, events } = this.content;
    return event(
      'StructuredMessage',
      {
        ...(text === undefined ? {} : { text }),
        direction: this.direction,
        id: this.id,
        channel: this.channel(),
        type,
        ...(content === undefined ? {} : { content }),
        ...(events === undefined ? {} : { events }),
        ...this.origin(),
      },
      tracingId,
    );
  }

  /** The message as the history shows it. */
  toEntity(): unknown {
    const { type, text, content, events, metadata, originatingEntity, from = {} } = this.content;
    return {
      id: this.id,
      channel: { from, to: {}, time: this.time(), messageId: this.channelId },
      type,
      ...(text === undefined ? {} : { text }),
      content: content ?? [],
      status: 'Delivered',
      reasons: [],
      events: events ?? [],
      direction: this.direction,
      ...(originatingEntity === undefined ? {} : { originatingEntity }),
      metadata: metadata ?? {},
    };
  }

  /** The platform's own metadata entry, beside those that the guest has sent with a text. */
  private origin(): Pick<MessageContent, 'metadata'> & { readonly originatingEntity?: string } {
    const { type, metadata, originatingEntity } = this.content;
    if (this.direction === 'Inbound' && type !== 'Event')
      return { originatingEntity: '', metadata: { ...metadata, correlationId: this.correlationId } };
    return {
      ...(originatingEntity === undefined ? {} : { originatingEntity }),
      ...(metadata === undefined ? {} : { metadata }),
    };
  }

  private channel(): unknown {
    if (this.direction === 'Inbound') {
      const { from } = this.content;
      return { time: this.time(), messageId: this.channelId, ...(from === undefined ? {} : { from }) };
    }
    // Texts name their sender, events do not.
    if (this.content.type === 'Event') return { time: this.time(), messageId: this.channelId };
    return { time: this.time(), type: 'Private', from: this.content.from ?? {} };
  }

  private time(): string {
    return new Date(this.at).toISOString();
  }
}
