/** 12:00 on 1 June 2026, when the conversations of the tests begin. */
export const START = Date.UTC(2026, 5, 1, 12);
/** The time at which the tests receive a list. */
export const RECEIVED = START + 3_600_000;

/** The time of a number of seconds after the start, as the platform writes it. */
export function time(seconds: number): string {
  return new Date(START + seconds * 1000).toISOString();
}

/** The shapes in which a conversation of the tests is written. */
export const SHAPES = ['message-conversation', 'conversation', 'analytics-details'] as const;

export type Shape = (typeof SHAPES)[number];

/** A participant of a test. Times are seconds after the start. */
export interface Part {
  readonly id: string;
  readonly purpose: string;
  readonly from: number;
  /** Absent for a participant that is alerted, or was. */
  readonly answered?: number;
  readonly to?: number;
  /** In the spelling of the topics. */
  readonly by?: string;
  readonly userId?: string;
  readonly queueId?: string;
  readonly wrapUp?: {
    readonly code: string;
    readonly notes?: string;
    readonly from: number;
    readonly to: number;
  };
  readonly attributes?: Record<string, string>;
  /** The participant that a supervisor watches. */
  readonly monitors?: string;
}

/** The spellings of topics that analytics write in another way. */
const CAMEL: Readonly<Record<string, string>> = {
  'session.expired': 'sessionExpired',
  'transfer.noanswer': 'noAnswerTransfer',
  'transfer.consult': 'consultTransfer',
};

/** Writes a conversation in the shape of a topic or of `GET /conversations/messages/{id}`, and in the two others. */
export function conversationOf(shape: Shape, parts: readonly Part[], endedAt?: number): object {
  if (shape === 'analytics-details')
    return {
      conversationId: 'c-1',
      conversationStart: time(0),
      ...(endedAt === undefined ? {} : { conversationEnd: time(endedAt) }),
      participants: parts.map(analyticsPart),
    };
  const participants = parts.map(shape === 'conversation' ? partWithCommunication : messagePart);
  const end = endedAt === undefined ? null : time(endedAt);
  return {
    id: 'c-1',
    participants,
    ...(shape === 'conversation' ? { startTime: time(0), endTime: end } : {}),
  };
}

function stateOf(part: Part): string {
  if (part.to !== undefined) return 'disconnected';
  return part.answered === undefined ? 'alerting' : 'connected';
}

function timesOf(part: Part, end: string): object {
  return {
    startTime: time(part.from),
    ...(part.answered === undefined ? {} : { connectedTime: time(part.answered) }),
    [end]: part.to === undefined ? null : time(part.to),
  };
}

function wrapUpOf({ wrapUp }: Part): object {
  if (wrapUp === undefined) return {};
  const { code, notes, from, to } = wrapUp;
  return { wrapup: { code, notes, tags: [], durationSeconds: to - from, endTime: time(to) } };
}

function messagePart(part: Part): object {
  return {
    id: part.id,
    purpose: part.purpose,
    state: stateOf(part),
    disconnectType: part.by,
    user: part.userId === undefined ? undefined : { id: part.userId },
    queue: part.queueId === undefined ? undefined : { id: part.queueId },
    attributes: part.attributes,
    monitoredParticipantId: part.monitors,
    messages: [{ message: { id: 'm-1' }, messageTime: time(part.from), messageStatus: 'received' }],
    ...timesOf(part, 'endTime'),
    ...wrapUpOf(part),
  };
}

function partWithCommunication(part: Part): object {
  const { id, purpose, userId, queueId, attributes, monitors } = part;
  const communication = {
    state: stateOf(part),
    disconnectType: part.by,
    ...timesOf(part, 'disconnectedTime'),
  };
  return {
    id,
    purpose,
    userId,
    queueId,
    attributes,
    monitoredParticipantId: monitors,
    messages: [communication],
    calls: [],
    ...wrapUpOf(part),
  };
}

function analyticsPart(part: Part): object {
  const { id, purpose, userId, queueId, attributes, answered, from, to, by, wrapUp } = part;
  const last = {
    segmentType: answered === undefined ? 'alert' : 'interact',
    segmentStart: time(answered ?? from),
    queueId,
    ...(to === undefined ? {} : { segmentEnd: time(to), disconnectType: CAMEL[by ?? ''] ?? by }),
  };
  const alert = {
    segmentType: 'alert',
    segmentStart: time(from),
    segmentEnd: time(answered ?? from),
    queueId,
  };
  const segments: object[] = answered === undefined || answered === from ? [last] : [alert, last];
  if (wrapUp !== undefined)
    segments.push({
      segmentType: 'wrapup',
      segmentStart: time(wrapUp.from),
      segmentEnd: time(wrapUp.to),
      wrapUpCode: wrapUp.code,
      wrapUpNote: wrapUp.notes,
      wrapUpTags: [],
    });
  const session = { mediaType: 'message', segments, monitoredParticipantId: part.monitors };
  return { participantId: id, purpose, userId, attributes, sessions: [session] };
}
