import { known } from './fields';

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
  /**
   * The message that the choices of a picker answer to: official clients read it in the choice (mobile) or in the metadata
   * as `parentMessageId` (web), so both are sent.
   */
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
    metadata: {
      id,
      ...(originatingMessageId === undefined ? {} : { parentMessageId: originatingMessageId }),
    },
    ...(customAttributes === undefined ? {} : { channel: { metadata: { customAttributes } } }),
    type: typeOf(message),
  };
}

function contentOf({
  buttons = [],
  attachmentIds = [],
  originatingMessageId,
}: OutgoingMessage): readonly object[] {
  return [
    ...attachmentIds.map((id) => ({ contentType: 'Attachment', attachment: { id } })),
    ...buttons.map(({ text, payload, type }) => ({
      contentType: 'ButtonResponse',
      buttonResponse: { text, payload, type, ...known({ originatingMessageId }) },
    })),
  ];
}

/** A quick reply is a text that was chosen; every other choice is structured. */
function typeOf({ buttons = [] }: OutgoingMessage): 'Text' | 'Structured' {
  return buttons.every(({ type }) => type === 'QuickReply') ? 'Text' : 'Structured';
}
