import type { InputError } from '../../common/errors/domain.errors';
import { InvalidRequestError } from '../../common/errors/invalid-request.errors';
import type { MessageToSend } from '../../session/ports/guest-messaging';

type MessageContent = Omit<MessageToSend, 'reference' | 'isRepeatable'>;

/** Choices that Genesys Cloud links with a message only by its id. */
const PICKERS: readonly string[] = ['DatePicker', 'ListPicker'];

/** Throws `InvalidRequestError` for an empty message, and for an answer that cannot be linked. */
export function assertSendable(content: MessageContent): void {
  const errors = [contentError(content), mixError(content), linkError(content)].filter(
    (error) => error !== undefined,
  );
  if (errors.length > 0) throw new InvalidRequestError(errors);
}

function contentError(content: MessageContent): InputError | undefined {
  const { text, buttonResponses = [], attachmentIds = [], attachments = [], formResponse } = content;
  const listed = buttonResponses.length + attachmentIds.length + attachments.length;
  const saysSomething = text !== undefined || formResponse !== undefined || listed > 0;
  if (saysSomething) return undefined;
  return {
    pointer: '#/text',
    code: 'required',
    detail: 'is required in a message without buttonResponses, formResponse, attachmentIds and attachments',
  };
}

/** One message answers one question. */
function mixError({ buttonResponses = [], formResponse }: MessageContent): InputError | undefined {
  if (formResponse !== undefined && buttonResponses.length > 0)
    return {
      pointer: '#/formResponse',
      code: 'conflict',
      detail: 'must not be in a message with buttonResponses',
    };
  const types = new Set(buttonResponses.map(({ type }) => type));
  if (types.size <= 1) return undefined;
  return { pointer: '#/buttonResponses', code: 'conflict', detail: 'must all have the same type' };
}

function linkError({
  buttonResponses = [],
  formResponse,
  originatingMessageId,
}: MessageContent): InputError | undefined {
  const picker = buttonResponses.find(({ type }) => PICKERS.includes(type))?.type;
  const needed = formResponse === undefined ? picker : 'form';
  if (needed === undefined || originatingMessageId !== undefined) return undefined;
  return {
    pointer: '#/originatingMessageId',
    code: 'required',
    detail: `is required in an answer to a ${needed}: the id of the message that offered it`,
  };
}
