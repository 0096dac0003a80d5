import { Answer, jsonAnswer } from '../server/answer';
import { analyticsSpelling } from '../open-messaging/disconnect-type';
import type { Admitted } from './conversation-endpoint';
import { ConversationView, FindConversation, isoOf, ParticipantView, SessionView } from './conversation-view';
import { platformError } from './platform-error';

export interface AnalyticsSettings {
  readonly now: () => number;
  readonly analyticsLagMs: number;
  readonly analyticsSpelling: 'upper' | 'lower';
}

const DETAILS_PATH = '/api/v2/analytics/conversations/details';
/** The platform's maximum is not public; this is the number that the product assumes. */
const MAX_IDS = 50;

/**
 * Analytics of up to 50 conversations in a call. It shows the state of `analyticsLagMs` ago and leaves out
 * conversations that are unknown or younger.
 */
export class ConversationDetailsEndpoint {
  constructor(
    private readonly find: FindConversation,
    private readonly settings: AnalyticsSettings,
  ) {}

  /** Returns undefined for any other path. */
  answer({ request, correlationId }: Admitted): Answer | undefined {
    if (request.path !== DETAILS_PATH) return undefined;
    if (request.method !== 'GET') return platformError({ status: 405 }, correlationId);
    const ids = (request.query['id'] ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0 || ids.length > MAX_IDS) {
      const details = [{ errorCode: 'invalid.value', fieldName: 'id' }];
      return platformError({ status: 400, details }, correlationId);
    }
    const asOf = this.settings.now() - this.settings.analyticsLagMs;
    const conversations = [...new Set(ids)]
      .map((id) => this.find(id))
      .filter((found) => found !== undefined)
      .filter(({ startedAt }) => startedAt <= asOf)
      .map((found) => this.detailsOf(found, asOf));
    return jsonAnswer(200, { conversations });
  }

  private detailsOf(conversation: ConversationView, asOf: number): unknown {
    const { id, startedAt, direction, participants } = conversation;
    const endedAt = known(conversation.endedAt, asOf);
    return {
      conversationId: id,
      conversationStart: isoOf(startedAt),
      ...(endedAt === undefined ? {} : { conversationEnd: isoOf(endedAt) }),
      originatingDirection: direction,
      divisionIds: [],
      participants: participants
        .filter(({ sessions: [first] }) => first !== undefined && first.startedAt <= asOf)
        .map((participant) => this.participantOf(participant, conversation, asOf)),
    };
  }

  private participantOf(
    participant: ParticipantView,
    { messageType, direction }: ConversationView,
    asOf: number,
  ): unknown {
    const { id, name, purpose, userId, attributes, sessions } = participant;
    return {
      participantId: id,
      participantName: name,
      purpose,
      userId,
      attributes,
      sessions: sessions
        .filter(({ startedAt }) => startedAt <= asOf)
        .map((session) => ({
          sessionId: session.id,
          mediaType: 'message',
          messageType,
          direction,
          segments: this.segmentsOf(session, participant, asOf),
        })),
    };
  }

  private segmentsOf(session: SessionView, { queueId, wrapup }: ParticipantView, asOf: number): unknown[] {
    const { startedAt, disconnectType } = session;
    const connectedAt = known(session.connectedAt, asOf);
    const endedAt = known(session.endedAt, asOf);
    const ended =
      endedAt === undefined || disconnectType === undefined
        ? {}
        : { disconnectType: analyticsSpelling(disconnectType, this.settings.analyticsSpelling) };
    const segment = (segmentType: string, from: number, to: number | undefined, more: object): unknown => ({
      segmentType,
      segmentStart: isoOf(from),
      ...(to === undefined ? {} : { segmentEnd: isoOf(to) }),
      conference: false,
      queueId,
      ...more,
    });
    if (connectedAt === undefined) return [segment('alert', startedAt, endedAt, ended)];
    const alert = connectedAt > startedAt ? [segment('alert', startedAt, connectedAt, {})] : [];
    const interaction = segment('interact', connectedAt, endedAt, ended);
    const wrappedUpAt = known(wrapup?.endedAt, asOf);
    if (endedAt === undefined || wrapup === undefined || wrappedUpAt === undefined)
      return [...alert, interaction];
    const { code, notes, tags } = wrapup;
    const work = { wrapUpCode: code, wrapUpNote: notes, wrapUpTags: tags };
    return [...alert, interaction, segment('wrapup', endedAt, wrappedUpAt, work)];
  }
}

function known(at: number | undefined, asOf: number): number | undefined {
  return at !== undefined && at <= asOf ? at : undefined;
}
