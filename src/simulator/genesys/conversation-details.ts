import { AnalyticsLetters, analyticsSpelling } from '../open-messaging/disconnect-type';
import { ConversationView, isoOf, ParticipantView, SessionView } from './conversation-view';

export interface AnalyticsSettings {
  readonly now: () => number;
  readonly analyticsLagMs: number;
  readonly analyticsSpelling: AnalyticsLetters;
}

/** Conversations as analytics lists them: in the state of `analyticsLagMs` ago, without attributes of participants. */
export class ConversationDetails {
  constructor(private readonly settings: AnalyticsSettings) {}

  /** The time of the state that analytics shows now, in epoch milliseconds. */
  get asOf(): number {
    return this.settings.now() - this.settings.analyticsLagMs;
  }

  /** Returns the details of the conversations that had begun at that time. */
  of(conversations: Iterable<ConversationView>): unknown[] {
    const { asOf } = this;
    return [...conversations]
      .filter(({ startedAt }) => startedAt <= asOf)
      .map((conversation) => this.detailsOf(conversation, asOf));
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
    const { id, name, purpose, userId, sessions } = participant;
    return {
      participantId: id,
      participantName: name,
      purpose,
      userId,
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
