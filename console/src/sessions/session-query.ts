import type { SessionFilters } from '../api/schemas';
import { isoOfLocal } from '../format/local-time';

type State = NonNullable<SessionFilters['state']>;

/** The compiler refuses a list that lacks one. */
const STATES: Readonly<Record<State, true>> = {
  connecting: true,
  active: true,
  terminating: true,
  terminated: true,
  disconnected: true,
  failed: true,
};

export const SESSION_STATES = Object.keys(STATES) as State[];

const TEXTS = ['channel', 'queueId', 'caller', 'conversationId', 'guestRef'] as const;

/** The filters of the API from those of the address, where times are local and empty fields stand for no filter. */
export function sessionFiltersOf(query: Readonly<Record<string, string>>): SessionFilters {
  const texts = TEXTS.map((name) => [name, query[name]?.trim()] as const).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const state = SESSION_STATES.find((known) => known === query['state']);
  const from = isoOfLocal(query['from']);
  const to = isoOfLocal(query['to']);
  return {
    ...Object.fromEntries(texts),
    ...(state === undefined ? {} : { state }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}
