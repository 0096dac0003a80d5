import { type Fields, fieldsIn, idIn, objectsIn, omitUndefined, textIn } from '../fields';
import { disconnectIn } from './disconnect-type';
import { attributesIn, momentIn } from './field-readers';
import { latestOf, type Participant, type ParticipantState, roleOf } from './participant';
import { wrapUpOf } from './wrap-up';

const STATES: ReadonlyMap<string, ParticipantState> = new Map<string, ParticipantState>([
  ['alerting', 'alerting'],
  ['contacting', 'alerting'],
  ['dialing', 'alerting'],
  ['offering', 'alerting'],
  ['connected', 'connected'],
  // A parked message stays with its agent.
  ['parked', 'connected'],
  ['disconnected', 'ended'],
  ['terminated', 'ended'],
]);

const TIMES = [
  'startTime',
  'startAlertingTime',
  'connectedTime',
  'endTime',
  'disconnectedTime',
  'startAcwTime',
  'endAcwTime',
  'parkTime',
  'resumeTime',
  'messageTime',
];

/**
 * Reads a participant of the queue and user topics, of `GET /conversations/messages/{id}` and of `GET /conversations/{id}`.
 * The last one has the state in communications, which are in `messages`, where the others have messages.
 */
export function mediaParticipantOf(fields: Fields, receivedAt: number): Participant {
  const communication = lastCommunication(objectsIn(fields, 'messages'), receivedAt) ?? {};
  const firstOf = <T>(read: (part: Fields) => T | undefined): T | undefined =>
    read(communication) ?? read(fields);
  const at = (name: string): number | undefined => firstOf((part) => momentIn(part, name, receivedAt));
  const role = isMonitor(fields) ? 'other' : roleOf(textIn(fields, 'purpose'));
  const connectedAt = at('connectedTime');
  const endedAt = at('disconnectedTime') ?? at('endTime');
  const wrapUp = firstOf((part) => wrapUpOf(fieldsIn(part, 'wrapup'), receivedAt));
  const wrappedUpAt = wrapUp?.at ?? at('endAcwTime') ?? acwEndOf(communication, receivedAt);
  return {
    role,
    state: stateOf(
      firstOf((part) => textIn(part, 'state')),
      connectedAt,
      endedAt,
    ),
    cleared: false,
    attributes: role === 'customer' ? attributesIn(fields, 'attributes') : {},
    ...omitUndefined({
      participantId: idIn(fields, 'id'),
      userId: idIn(fieldsIn(fields, 'user'), 'id') ?? idIn(fields, 'userId'),
      queueId: idIn(fieldsIn(fields, 'queue'), 'id') ?? idIn(fields, 'queueId'),
      startedAt: at('startTime') ?? at('startAlertingTime'),
      connectedAt,
      endedAt,
      disconnect: firstOf((part) => disconnectIn(part, 'disconnectType')),
      latestAt: latestOf([latestTimeOf(fields, receivedAt), wrappedUpAt]),
      wrapUp: wrapUp === undefined ? undefined : { ...wrapUp, ...omitUndefined({ at: wrappedUpAt }) },
    }),
  };
}

/** Whether a supervisor only watches another participant, which is no part of the service. */
function isMonitor(fields: Fields): boolean {
  return idIn(fields, 'monitoredParticipantId') !== undefined;
}

function acwEndOf(communication: Fields, receivedAt: number): number | undefined {
  return momentIn(fieldsIn(communication, 'afterCallWork'), 'endTime', receivedAt);
}

function latestTimeOf(fields: Fields, receivedAt: number): number | undefined {
  const parts = [fields, ...objectsIn(fields, 'messages')];
  return latestOf(parts.flatMap((part) => TIMES.map((name) => momentIn(part, name, receivedAt))));
}

/** The communication that began last; a message has no state. */
function lastCommunication(messages: readonly Fields[], receivedAt: number): Fields | undefined {
  const beganAt = (part: Fields): number =>
    latestOf(TIMES.slice(0, 3).map((name) => momentIn(part, name, receivedAt))) ?? 0;
  return messages
    .filter((part) => textIn(part, 'state') !== undefined)
    .reduce<Fields | undefined>(
      (last, part) => (last === undefined || beganAt(part) >= beganAt(last) ? part : last),
      undefined,
    );
}

/** An end time is certain; the other times tell only if the state is absent or unknown. */
function stateOf(
  state: string | undefined,
  connectedAt: number | undefined,
  endedAt: number | undefined,
): ParticipantState {
  if (endedAt !== undefined) return 'ended';
  const known = STATES.get(state?.slice(0, 64).toLowerCase() ?? '');
  return known ?? (connectedAt === undefined ? 'none' : 'connected');
}
