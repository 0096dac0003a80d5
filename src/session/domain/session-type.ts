/** The kinds of session that Genesys' own clients name in a journey context. */
export const SESSION_TYPES = ['web', 'app'] as const;

export type SessionType = (typeof SESSION_TYPES)[number];
