import {
  ConversationView,
  isoOf,
  MessageView,
  ParticipantView,
  wrapupOf,
} from '../genesys/conversation-view';

/**
 * Returns the body of the topics of message conversations: the whole list of participants, and no state of the
 * conversation itself. Disconnect types are in the spelling of topics.
 */
export function snapshotOf(conversation: ConversationView): Readonly<Record<string, unknown>> {
  const { id, participants } = conversation;
  return {
    id,
    participants: participants.map((participant) => participantOf(participant, conversation)),
    divisions: [],
  };
}

function participantOf(participant: ParticipantView, { direction, messageType }: ConversationView): unknown {
  const { id, name, address, purpose, userId, queueId, attributes, messages } = participant;
  return {
    id,
    name,
    address,
    ...connectionOf(participant),
    purpose,
    direction,
    type: messageType,
    held: false,
    ...(userId === undefined ? {} : { user: { id: userId } }),
    ...(queueId === undefined ? {} : { queue: { id: queueId } }),
    attributes,
    ...afterCallWorkOf(participant),
    messages: messages.map(messageOf),
  };
}

function connectionOf({ sessions }: ParticipantView): object {
  const session = sessions.at(-1);
  if (session === undefined) return { state: 'none' };
  const { startedAt, connectedAt, endedAt, disconnectType } = session;
  const running = connectedAt === undefined ? 'alerting' : 'connected';
  return {
    state: endedAt === undefined ? running : 'disconnected',
    initialState: connectedAt === startedAt ? 'connected' : 'alerting',
    startTime: isoOf(startedAt),
    ...(connectedAt === undefined ? {} : { connectedTime: isoOf(connectedAt) }),
    endTime: endedAt === undefined ? null : isoOf(endedAt),
    ...(disconnectType === undefined ? {} : { disconnectType }),
  };
}

function afterCallWorkOf({ purpose, acwStartedAt, wrapup }: ParticipantView): object {
  if (purpose !== 'agent') return { wrapupRequired: false };
  return {
    wrapupRequired: true,
    ...(acwStartedAt === undefined ? {} : { startAcwTime: isoOf(acwStartedAt) }),
    ...(wrapup === undefined ? {} : { endAcwTime: isoOf(wrapup.endedAt), wrapup: wrapupOf(wrapup) }),
  };
}

function messageOf({ messageId, messageTime, messageStatus, type }: MessageView): unknown {
  return {
    message: { id: messageId },
    messageTime,
    messageStatus,
    messageSegmentCount: 1,
    messageMetadata: { type, events: [], content: [] },
  };
}
