import { Conversation } from '../conversation';
import { GenesysState } from '../genesys-state';
import { Answer, jsonAnswer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { checkConversationBody, checkConversationChange } from './conversation-checks';
import { platformError, PlatformFailure } from './platform-error';

export const CONVERSATIONS_PATH = '/api/v2/conversations/messaging';

/** A setting of the organisation beside the ids of conversations. */
const THREADING = 'threadingtimeline';

/** An authenticated request within its client's rate limit. */
export interface Admitted {
  readonly request: SimulatedRequest;
  readonly clientId: string;
  readonly correlationId: string;
}

/** The REST endpoint of guest conversations: create, show, beat and disconnect. */
export class ConversationEndpoint {
  constructor(private readonly state: GenesysState) {}

  answer(admitted: Admitted): Answer {
    const { path, method } = admitted.request;
    if (path === CONVERSATIONS_PATH) {
      return method === 'POST' ? this.create(admitted) : wrongMethod('POST', admitted);
    }
    const id = conversationIdIn(path);
    if (id === undefined) return refused({ status: 404 }, admitted);
    const conversation = this.state.conversation(id);
    switch (method) {
      case 'GET':
        return conversation === undefined
          ? notFound(id, admitted)
          : jsonAnswer(200, conversation.toResource());
      case 'PATCH':
        return this.change(id, conversation, admitted);
      default:
        return wrongMethod('GET, PATCH', admitted);
    }
  }

  private create(admitted: Admitted): Answer {
    const checked = checkConversationBody(admitted.request.body);
    if ('details' in checked) return refused({ status: 400, details: checked.details }, admitted);
    const known = this.state.conversation(checked.value.id);
    if (known === undefined) {
      return jsonAnswer(200, this.state.openConversation(admitted.clientId, checked.value).toResource());
    }
    known.posts += 1;
    if (known.state === 'connected') return jsonAnswer(200, known.toResource());
    return refused({ status: 409, message: `Conversation ${known.id} has already ended.` }, admitted);
  }

  private change(id: string, conversation: Conversation | undefined, admitted: Admitted): Answer {
    const checked = checkConversationChange(admitted.request.body);
    if ('details' in checked) return refused({ status: 400, details: checked.details }, admitted);
    if (conversation === undefined) return notFound(id, admitted);
    const change = checked.value;
    if (change.kind === 'disconnect') {
      conversation.disconnects += 1;
      this.state.endConversation(conversation, 'client');
    } else if (conversation.state === 'disconnected') {
      conversation.lateBeats += 1;
      return notFound(id, admitted);
    } else {
      conversation.beat(change.sequence, this.state.now());
    }
    return jsonAnswer(200, conversation.toResource());
  }
}

/** Returns undefined when the path is not that of one conversation. */
export function conversationIdIn(path: string): string | undefined {
  const rest = path.startsWith(`${CONVERSATIONS_PATH}/`) ? path.slice(CONVERSATIONS_PATH.length + 1) : '';
  if (rest === '' || rest.includes('/') || rest === THREADING) return undefined;
  try {
    return decodeURIComponent(rest);
  } catch {
    // A path with an invalid escape sequence names no conversation.
    return undefined;
  }
}

function refused(failure: PlatformFailure, { correlationId }: Admitted): Answer {
  return platformError(failure, correlationId);
}

function notFound(id: string, admitted: Admitted): Answer {
  return refused({ status: 404, message: `Conversation ${id} was not found.` }, admitted);
}

function wrongMethod(allow: string, admitted: Admitted): Answer {
  const answer = refused({ status: 405 }, admitted);
  return { ...answer, headers: { ...answer.headers, allow } };
}
