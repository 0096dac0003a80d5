import type { ButtonResponse, FormAnswer, FormReply } from '../../../session/ports/guest-messaging';
import { omitUndefined } from '../../fields';

/** A message of a guest: a text, an answer to an offer, uploaded files, or several of them. */
export interface OutgoingMessage {
  readonly text?: string;
  readonly customAttributes?: Readonly<Record<string, string>>;
  readonly buttons?: readonly ButtonResponse[];
  readonly form?: FormReply;
  /** Ids of files whose upload has succeeded. */
  readonly attachmentIds?: readonly string[];
  /**
   * Id of the answered message. Official clients link the choice of a picker in the choice (mobile) or in the metadata as
   * `parentMessageId` (web), so both are sent; a form holds its own link.
   */
  readonly originatingMessageId?: string;
}

/**
 * The `message` of a frame. `id` comes back in the metadata, over the socket and in the history, and identifies the
 * message as an own one.
 */
export function messageBody(message: OutgoingMessage, id: string): Readonly<Record<string, unknown>> {
  const { text, customAttributes, originatingMessageId, buttons = [] } = message;
  const content = contentOf(message);
  const parentMessageId = buttons.some(isOfPicker) ? originatingMessageId : undefined;
  return {
    ...omitUndefined({ text }),
    ...(content.length === 0 ? {} : { content }),
    metadata: { id, ...omitUndefined({ parentMessageId }) },
    ...(customAttributes === undefined ? {} : { channel: { metadata: { customAttributes } } }),
    type: typeOf(message),
  };
}

/** The text that official clients send with quick replies, buttons of cards and forms; undefined for pickers. */
export function wordsOf({ buttons = [], form }: OutgoingMessage): string | undefined {
  if (form !== undefined) return '';
  const [first] = buttons;
  return first === undefined || isOfPicker(first) ? undefined : first.text;
}

function contentOf({
  buttons = [],
  form,
  attachmentIds = [],
  originatingMessageId,
}: OutgoingMessage): readonly object[] {
  return [
    ...attachmentIds.map((id) => ({ contentType: 'Attachment', attachment: { id } })),
    ...buttons.map((button) => choiceOf(button, originatingMessageId)),
    ...(form === undefined ? [] : [formOf(form, originatingMessageId)]),
  ];
}

function choiceOf({ text, payload, type }: ButtonResponse, originatingMessageId: string | undefined): object {
  return {
    contentType: 'ButtonResponse',
    buttonResponse: { text, payload, type, ...omitUndefined({ originatingMessageId }) },
  };
}

function formOf({ cannedResponseId, answers }: FormReply, originatingMessageId: string | undefined): object {
  const response = answers.map(answerOf);
  return {
    contentType: 'Form',
    form: { ...omitUndefined({ originatingMessageId }), cannedResponseId, response },
  };
}

function answerOf({ id, text, payload }: FormAnswer): object {
  const buttonResponse = { type: 'Form', text, payload };
  return { id, component: { contentType: 'ButtonResponse', buttonResponse } };
}

function isOfPicker({ type }: ButtonResponse): boolean {
  return type === 'DatePicker' || type === 'ListPicker';
}

/** `Text` for texts and quick replies, `Structured` for all other answers. */
function typeOf({ buttons = [], form }: OutgoingMessage): 'Text' | 'Structured' {
  const isText = form === undefined && buttons.every(({ type }) => type === 'QuickReply');
  return isText ? 'Text' : 'Structured';
}
