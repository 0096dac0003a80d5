import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import { LIVE_STATES } from '../../session/domain/session-state';
import { COUNTERS, type CounterChanges, slotsOf } from '../replica/counters';
import type { SessionTable } from '../database/database';

/** The counter changes of a save, relative to the row it replaces. Saving the same state again counts nothing. */
export function countersOf(
  before: Pick<SessionTable, 'state' | 'end_reason' | 'last_sequence'>,
  after: Readonly<SessionSnapshot>,
): CounterChanges {
  // The first event of a session is its activation.
  const hasStarted = after.lastSequence > 0;
  const wasLive = LIVE_STATES.includes(before.state);
  const changes: Record<string, number> = {};
  if (wasLive && !LIVE_STATES.includes(after.state)) {
    changes[COUNTERS.slots] = -1;
    changes[slotsOf(after.oauthClient)] = -1;
  }
  if (hasStarted && before.last_sequence === 0) changes[COUNTERS.sessionsStarted] = 1;
  if (hasStarted && before.end_reason === null && after.endReason !== null) {
    changes[`${COUNTERS.endedPrefix}${after.endReason}`] = 1;
  }
  if (before.state !== 'disconnected' && after.state === 'disconnected')
    changes[COUNTERS.sessionsDisconnected] = 1;
  return changes;
}
