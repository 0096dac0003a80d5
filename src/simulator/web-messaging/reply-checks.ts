import { GUEST_ERRORS, GuestError, missingParameter } from './guest-error';
import { GuestMessage } from './guest-message';
import { asFields, Fields, listOf, textOf } from './guest-request';

/** Kinds of choices that have to name the message that they answer. */
const PICKERS = ['DatePicker', 'ListPicker'];
const CHOICES = ['Button', 'QuickReply', ...PICKERS];

/**
 * Returns the first error among the answers in a guest's message, or undefined. A picker names the message that it
 * answers in the choice, as mobile clients do, or as `metadata.parentMessageId`, as web clients do; a form names it
 * in itself. An answer to a message without such an offer is refused, because nothing could be linked with it.
 */
export function replyErrorIn(message: Fields, said: readonly GuestMessage[]): GuestError | undefined {
  const parentId = textOf(asFields(message['metadata'])['parentMessageId']);
  for (const content of listOf(message['content'])) {
    const wrong = errorIn(content, parentId, said);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function errorIn(
  content: Fields,
  parentId: string | undefined,
  said: readonly GuestMessage[],
): GuestError | undefined {
  switch (content['contentType']) {
    case 'Attachment':
      return undefined;
    case 'ButtonResponse':
      return choiceErrorIn(asFields(content['buttonResponse']), parentId, said);
    case 'Form':
      return formErrorIn(asFields(content['form']), said);
    default:
      return GUEST_ERRORS.requestFailed;
  }
}

function choiceErrorIn(
  choice: Fields,
  parentId: string | undefined,
  said: readonly GuestMessage[],
): GuestError | undefined {
  const missing = ['type', 'text', 'payload'].find((name) => typeof choice[name] !== 'string');
  if (missing !== undefined) return missingParameter(missing);
  const type = textOf(choice['type']) ?? '';
  if (!CHOICES.includes(type)) return GUEST_ERRORS.requestFailed;
  if (!PICKERS.includes(type)) return undefined;
  const id = textOf(choice['originatingMessageId']) ?? parentId;
  if (id === undefined) return missingParameter('originatingMessageId');
  return offerIn(said, id, type) === undefined ? GUEST_ERRORS.requestFailed : undefined;
}

function formErrorIn(form: Fields, said: readonly GuestMessage[]): GuestError | undefined {
  const id = textOf(form['originatingMessageId']);
  if (id === undefined) return missingParameter('originatingMessageId');
  const cannedResponseId = textOf(form['cannedResponseId']);
  if (cannedResponseId === undefined) return missingParameter('cannedResponseId');
  const offered = asFields(offerIn(said, id, 'Form')?.['form']);
  const isAnswered = Array.isArray(form['response']) && form['response'].every(isFormAnswer);
  const isRight = offered['cannedResponseId'] === cannedResponseId && isAnswered;
  return isRight ? undefined : GUEST_ERRORS.requestFailed;
}

/** The values may be empty: that is how a guest leaves out a picker of a form. */
function isFormAnswer(answer: unknown): boolean {
  const { id, component } = asFields(answer);
  const { contentType, buttonResponse } = asFields(component);
  const { type, text, payload } = asFields(buttonResponse);
  const hasValue = type === 'Form' && typeof text === 'string' && typeof payload === 'string';
  return textOf(id) !== undefined && contentType === 'ButtonResponse' && hasValue;
}

/** Finds the offer of this kind in the message with this id. */
function offerIn(said: readonly GuestMessage[], id: string, contentType: string): Fields | undefined {
  const message = said.find((one) => one.direction === 'Outbound' && one.id === id);
  return listOf(message?.content.content).find((content) => content['contentType'] === contentType);
}
