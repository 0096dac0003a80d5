import { type RawBuilder, sql } from 'kysely';
import { UNFINISHED_STATES } from '../../session/domain/session-state';
import type { CallerLimits } from '../../session/ports/session.store';
import type { SessionTable } from '../database/database';

export type Refusal =
  'key-in-use' | 'guest-in-session' | 'total' | 'client' | 'caller-total' | 'caller-clients';

/** A counter and its limit. */
export interface Limited {
  readonly name: string;
  readonly limit: number;
}

/** A new session and the limits that may refuse it. Each list has one item or none. */
export interface Reservation {
  readonly row: SessionTable;
  readonly all: Limited;
  readonly client: Limited;
  readonly ofCaller: readonly CallerLimits[];
  /** The conversation that the idempotency key of the request has to name. */
  readonly keyed: readonly string[];
  /** The guest's address, which no other session may have. */
  readonly addressed: readonly string[];
}

/**
 * The reservation holds the lock of all reservations: no other session gets the address meanwhile. A pending disconnect
 * would end the conversation that another session of the guest continues.
 */
export function isInSession(address: string | RawBuilder<unknown>): RawBuilder<unknown> {
  const unfinished = sql.join(UNFINISHED_STATES.map((state) => sql.lit(state)));
  const holds = sql`(state in (${unfinished}) or disconnect = 'pending')`;
  return sql`exists (select 1 from session where guest_address = ${address} and ${holds})`;
}
