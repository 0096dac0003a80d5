/** Purposes of requests, the most urgent first: ending a session, opening one, a beat, anything else. */
export const PRIORITIES = ['disconnect', 'open', 'beat', 'other'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Share of a client's burst that is reserved for more urgent requests, by priority. */
export const RESERVED_SHARE: Readonly<Record<Priority, number>> = {
  disconnect: 0,
  open: 0.15,
  beat: 0.4,
  other: 0.5,
};
