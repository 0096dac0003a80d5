/** A choice of the guest among buttons that a message offered. */
export interface ButtonResponse {
  readonly type: 'Button' | 'DatePicker' | 'Form' | 'ListPicker' | 'QuickReply';
  readonly text: string;
  readonly payload: string;
}

/** What a guest says: a text, choices among buttons, uploaded files, or several of them. */
export interface OutgoingMessage {
  readonly text?: string;
  readonly customAttributes?: Readonly<Record<string, string>>;
  readonly buttons?: readonly ButtonResponse[];
  /** Ids of files whose upload has succeeded. */
  readonly attachmentIds?: readonly string[];
  /** The message that buttons of a date picker answer to. */
  readonly originatingMessageId?: string;
}

/**
 * The `message` of a frame. `id` comes back in the metadata, with the echo and in the history: it is how a message
 * is recognised as ours.
 */
export function messageBody(message: OutgoingMessage, id: string): Readonly<Record<string, unknown>> {
  const { text, customAttributes, originatingMessageId } = message;
  const content = contentOf(message);
  return {
    ...(text === undefined ? {} : { text }),
    ...(content.length === 0 ? {} : { content }),
    metadata: { id, ...(originatingMessageId === undefined ? {} : { originatingMessageId }) },
    ...(customAttributes === undefined ? {} : { channel: { metadata: { customAttributes } } }),
    ...(text === undefined && !hasButtons(message) ? {} : { type: typeOf(message) }),
  };
}

function contentOf({ buttons = [], attachmentIds = [] }: OutgoingMessage): readonly object[] {
  return [
    ...attachmentIds.map((id) => ({ contentType: 'Attachment', attachment: { id } })),
    ...buttons.map(({ text, payload, type }) => ({
      contentType: 'ButtonResponse',
      buttonResponse: { text, payload, type },
    })),
  ];
}

function hasButtons({ buttons = [] }: OutgoingMessage): boolean {
  return buttons.length > 0;
}

/** A quick reply is a text that was chosen; every other choice is structured. */
function typeOf({ buttons = [] }: OutgoingMessage): 'Text' | 'Structured' {
  return buttons.every(({ type }) => type === 'QuickReply') ? 'Text' : 'Structured';
}
