import { Answer, jsonAnswer } from '../server/answer';
import { restSpelling } from '../open-messaging/disconnect-type';
import type { Admitted } from './conversation-endpoint';
import {
  ConversationView,
  FindConversation,
  isoOf,
  ParticipantView,
  SessionView,
  wrapupOf,
} from './conversation-view';
import { platformError } from './platform-error';

const CONVERSATION = /^\/api\/v2\/conversations\/([^/]+)$/;
/** Collections of other media, which are no ids of conversations. */
const COLLECTIONS = new Set(['messages', 'messaging']);

/** The state of a conversation of any channel; `endTime` is null while it is active. */
export class ConversationStateEndpoint {
  constructor(private readonly find: FindConversation) {}

  /** Returns undefined for any other path. */
  answer({ request, correlationId }: Admitted): Answer | undefined {
    const id = CONVERSATION.exec(request.path)?.[1];
    if (id === undefined || COLLECTIONS.has(id)) return undefined;
    if (request.method !== 'GET') return platformError({ status: 405 }, correlationId);
    const conversation = this.find(id);
    return conversation === undefined
      ? platformError({ status: 404, message: `Conversation ${id} was not found.` }, correlationId)
      : jsonAnswer(200, stateOf(conversation));
  }
}

/** Returns the JSON of a conversation of any channel, as the API and the conversation's topic show it. */
export function stateOf(conversation: ConversationView): Readonly<Record<string, unknown>> {
  const { id, startedAt, endedAt, participants } = conversation;
  return {
    id,
    startTime: isoOf(startedAt),
    endTime: endedAt === undefined ? null : isoOf(endedAt),
    participants: participants.map((participant) => participantOf(participant, conversation)),
    selfUri: `/api/v2/conversations/${id}`,
  };
}

function participantOf(participant: ParticipantView, { messageType, direction }: ConversationView): unknown {
  const { id, purpose, name, userId, queueId, attributes, sessions, wrapup } = participant;
  const [first] = sessions;
  const last = sessions.at(-1);
  return {
    id,
    purpose,
    name,
    userId,
    queueId,
    attributes,
    startTime: first === undefined ? undefined : isoOf(first.startedAt),
    endTime: last?.endedAt === undefined ? null : isoOf(last.endedAt),
    ...(wrapup === undefined ? {} : { wrapup: wrapupOf(wrapup) }),
    messages: sessions.map((session) => communicationOf(session, messageType, direction)),
  };
}

function communicationOf(session: SessionView, type: string, direction: string): unknown {
  const { id, startedAt, connectedAt, endedAt, disconnectType } = session;
  const running = connectedAt === undefined ? 'alerting' : 'connected';
  return {
    id,
    type,
    direction,
    held: false,
    state: endedAt === undefined ? running : 'disconnected',
    startAlertingTime: isoOf(startedAt),
    connectedTime: connectedAt === undefined ? undefined : isoOf(connectedAt),
    disconnectedTime: endedAt === undefined ? undefined : isoOf(endedAt),
    disconnectType: disconnectType === undefined ? undefined : restSpelling(disconnectType),
    segments: [],
  };
}
