import { type Fields, flagIn, idIn, objectsIn, omitUndefined, textIn } from '../fields';
import { type Disconnect, disconnectIn } from './disconnect-type';
import { attributesIn, momentIn } from './field-readers';
import { latestOf, type Participant, type ParticipantState, roleOf } from './participant';
import { wrapUpOfSegment } from './wrap-up';

interface Segment {
  readonly fields: Fields;
  /** In lower case: `alert`, `interact`, `wrapup` and others. */
  readonly type: string;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly disconnect: Disconnect | undefined;
}

/** Segments in which a participant has not answered yet. */
const UNANSWERED = new Set(['alert', 'contacting', 'dialing', 'delay', 'scheduled', 'transmitting']);

/**
 * Reads a participant of analytics conversation details, which have no state: it follows from the segments of the last
 * session. Sessions of other media are ignored.
 */
export function analyticsParticipantOf(fields: Fields, receivedAt: number): Participant {
  const sessions = objectsIn(fields, 'sessions').filter(isOfMessages);
  const isMonitor = sessions.some((session) => idIn(session, 'monitoredParticipantId') !== undefined);
  const last = sessions
    .map((session) => segmentsOf(session, receivedAt))
    .reduce<readonly Segment[]>((latest, next) => (startOf(next) >= startOf(latest) ? next : latest), []);
  const wrapUp = last.filter(({ type }) => type === 'wrapup').at(-1);
  const talk = last.filter(({ type }) => type !== 'wrapup');
  const answered = talk.find(({ type }) => !UNANSWERED.has(type));
  const final = talk.at(-1);
  // A supervisor that only watches another participant is no part of the service.
  const role = isMonitor ? 'other' : roleOf(textIn(fields, 'purpose'));
  const state = stateOf(final, wrapUp !== undefined);
  return {
    role,
    state,
    cleared: sessions.some((session) => flagIn(session, 'cleared')),
    attributes: role === 'customer' ? attributesIn(fields, 'attributes') : {},
    ...omitUndefined({
      participantId: idIn(fields, 'participantId'),
      userId: idIn(fields, 'userId'),
      queueId: last.map((segment) => idIn(segment.fields, 'queueId')).findLast((id) => id !== undefined),
      startedAt: last[0]?.startedAt,
      connectedAt: answered?.startedAt,
      endedAt: state === 'ended' ? final?.endedAt : undefined,
      disconnect: final?.disconnect,
      latestAt: latestOf(last.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt])),
      wrapUp: wrapUp === undefined ? undefined : wrapUpOfSegment(wrapUp.fields, receivedAt),
    }),
  };
}

function isOfMessages(session: Fields): boolean {
  const mediaType = textIn(session, 'mediaType')?.toLowerCase() ?? '';
  return ['', 'message', 'unknown'].includes(mediaType);
}

/** The segments of a session in the order of their start. */
function segmentsOf(session: Fields, receivedAt: number): readonly Segment[] {
  return objectsIn(session, 'segments')
    .map((fields) => ({
      fields,
      type: textIn(fields, 'segmentType')?.slice(0, 64).toLowerCase() ?? '',
      startedAt: momentIn(fields, 'segmentStart', receivedAt),
      endedAt: momentIn(fields, 'segmentEnd', receivedAt),
      disconnect: disconnectIn(fields, 'disconnectType'),
    }))
    .sort((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0));
}

function startOf(segments: readonly Segment[]): number {
  return segments[0]?.startedAt ?? 0;
}

/**
 * The state after the last segment. A segment that ended without a disconnect type is followed by another one, which
 * analytics may not have yet; only after-call work proves that the participant is gone.
 */
function stateOf(final: Segment | undefined, hasWrapUp: boolean): ParticipantState {
  if (final === undefined) return hasWrapUp ? 'ended' : 'none';
  if (hasWrapUp || (final.endedAt !== undefined && final.disconnect !== undefined)) return 'ended';
  return UNANSWERED.has(final.type) ? 'alerting' : 'connected';
}
