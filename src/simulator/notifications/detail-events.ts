import { ConversationView, ParticipantView, SessionView } from '../genesys/conversation-view';
import { detailSpelling } from '../open-messaging/disconnect-type';
import { Transition } from './conversation-tracker';
import { DetailSuffix } from './topics';

/** A detail event without its envelope: times in epoch milliseconds, enumerations in capitals. */
export interface DetailEvent {
  readonly suffix: DetailSuffix;
  readonly conversationId: string;
  readonly eventBody: Readonly<Record<string, unknown>>;
}

export interface DetailSettings {
  readonly customerEndDisconnectType: boolean;
}

interface Subject {
  readonly conversation: ConversationView;
  readonly participant: ParticipantView;
  readonly session: SessionView;
}

const PREFIXES = { customer: 'customer', acd: 'acd', agent: 'user', workflow: 'flow' } as const;
const FLOW = { flowType: 'INBOUNDSHORTMESSAGE', flowId: 'f1f1f1f1-0000-4000-8000-00000000000f' };
const ROUTING = 'Standard';

/** Returns the events of a transition; none for a participant of a kind that has no events. */
export function detailEventsOf(
  conversation: ConversationView,
  transition: Transition,
  settings: DetailSettings,
): DetailEvent[] {
  const { kind, participant } = transition;
  const { purpose } = participant;
  if (!isReported(purpose)) return [];
  const event = (
    suffix: DetailSuffix,
    eventTime: number,
    session: SessionView,
    more: object,
  ): DetailEvent => ({
    suffix,
    conversationId: conversation.id,
    eventBody: { eventTime, ...commonOf({ conversation, participant, session }), ...more },
  });
  if (kind === 'wrapped-up') {
    const session = participant.sessions.at(-1);
    const { wrapup } = participant;
    if (session === undefined || wrapup === undefined) return [];
    const work = afterCallWorkOf(participant);
    return [
      event('wrapup', wrapup.endedAt, session, work),
      event('acw', wrapup.endedAt, session, { ...work, wrapupDurationMs: wrapup.durationSeconds * 1000 }),
    ];
  }
  const { session } = transition;
  const subject = { conversation, participant, session };
  const prefix = PREFIXES[purpose];
  return kind === 'started'
    ? [event(`${prefix}.start`, session.startedAt, session, startOf(participant))]
    : [event(`${prefix}.end`, session.endedAt ?? session.startedAt, session, endOf(subject, settings))];
}

function isReported(purpose: string): purpose is keyof typeof PREFIXES {
  return Object.hasOwn(PREFIXES, purpose);
}

function commonOf({ conversation, participant, session }: Subject): object {
  const [customer] = conversation.participants;
  return {
    conversationId: conversation.id,
    participantId: participant.id,
    sessionId: session.id,
    mediaType: 'MESSAGE',
    messageType: conversation.messageType.toUpperCase(),
    provider: 'PureCloud Messaging',
    direction: conversation.direction.toUpperCase(),
    ...(customer?.address === undefined ? {} : { addressFrom: customer.address }),
    conversationExternalContactIds: [],
    conversationExternalOrganizationIds: [],
  };
}

function startOf({ purpose, userId, queueId }: ParticipantView): object {
  switch (purpose) {
    case 'acd':
      return {
        ...known({ queueId }),
        requestedRoutings: [ROUTING],
        routingPriority: 0,
        requestedRoutingSkillIds: [],
      };
    case 'agent':
      return known({ userId, queueId });
    case 'workflow':
      return FLOW;
    default:
      return {};
  }
}

function endOf({ conversation, participant, session }: Subject, settings: DetailSettings): object {
  const { purpose, userId, queueId } = participant;
  const { startedAt, connectedAt, disconnectType, endedAt = startedAt } = session;
  const connectedMs = connectedAt === undefined ? 0 : endedAt - connectedAt;
  const type = disconnectType === undefined ? {} : { disconnectType: detailSpelling(disconnectType) };
  switch (purpose) {
    case 'acd':
      return {
        ...type,
        ...known({ queueId }),
        ...acdOutcomeOf(conversation, session),
        usedRouting: ROUTING,
        connectedDurationMs: connectedMs,
      };
    case 'agent':
      return {
        ...type,
        ...known({ userId, queueId }),
        interactingDurationMs: connectedMs,
        alertingDurationMs: (connectedAt ?? endedAt) - startedAt,
        heldDurationMs: 0,
        contactingDurationMs: 0,
        dialingDurationMs: 0,
        callbackDurationMs: 0,
      };
    case 'workflow': {
      const isTransfer = disconnectType === 'transfer';
      const exit = isTransfer
        ? { exitReason: 'TRANSFER', transferType: 'ACD' }
        : { exitReason: 'DISCONNECT' };
      return { ...FLOW, ...exit, connectedDurationMs: connectedMs };
    }
    default:
      return { ...(settings.customerEndDisconnectType ? type : {}), interactingDurationMs: connectedMs };
  }
}

/** A wait ends with an agent's answer, with another queue, or with the end of the conversation. */
function acdOutcomeOf({ participants }: ConversationView, { disconnectType, endedAt }: SessionView): object {
  if (disconnectType !== 'transfer') return { acdOutcome: 'ABANDON' };
  const answered = participants.find(
    ({ purpose, sessions }) =>
      purpose === 'agent' &&
      sessions.some(({ connectedAt }) => connectedAt !== undefined && connectedAt === endedAt),
  );
  return answered === undefined
    ? { acdOutcome: 'FLOW_OUT' }
    : { acdOutcome: 'ANSWERED', ...known({ answeredUserId: answered.userId }) };
}

function afterCallWorkOf({ userId, queueId, wrapup }: ParticipantView): object {
  return {
    ...known({ userId, queueId }),
    wrapupCode: wrapup?.code,
    wrapupNotes: wrapup?.notes,
  };
}

function known(fields: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
