/** What requests are for, the most urgent first: ending a session, opening one, a beat, anything else. */
export const PRIORITIES = ['disconnect', 'open', 'beat', 'other'] as const;

export type Priority = (typeof PRIORITIES)[number];
