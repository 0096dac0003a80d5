import type { StoredState } from '../../session/domain/session';
import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import { LIVE_STATES, type SessionState } from '../../session/domain/session-state';
import { COUNTERS, type CounterChanges, slotsOf } from '../replica/counters';

/** The counter changes of a save, relative to the stored session that it replaces. Saving the same state again counts nothing. */
export function countersOf(
  before: Pick<StoredState, 'state' | 'endReason'>,
  after: Readonly<SessionSnapshot>,
): CounterChanges {
  const hasStarted = isStarted(after.state);
  const wasLive = LIVE_STATES.includes(before.state);
  const changes: Record<string, number> = {};
  if (wasLive && !LIVE_STATES.includes(after.state)) {
    changes[COUNTERS.slots] = -1;
    changes[slotsOf(after.oauthClient)] = -1;
  }
  if (hasStarted && !isStarted(before.state)) changes[COUNTERS.sessionsStarted] = 1;
  if (hasStarted && before.endReason === null && after.endReason !== null) {
    changes[`${COUNTERS.endedPrefix}${after.endReason}`] = 1;
  }
  if (before.state !== 'disconnected' && after.state === 'disconnected')
    changes[COUNTERS.sessionsDisconnected] = 1;
  return changes;
}

/** Tells whether a session in this state was activated. */
function isStarted(state: SessionState): boolean {
  return state !== 'connecting' && state !== 'failed';
}
