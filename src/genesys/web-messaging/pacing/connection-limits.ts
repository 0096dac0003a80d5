/** What the platform allows a deployment. */
export const CONNECTIONS_PER_MINUTE = 1_000;

/** What leaves us evenly may arrive in a bunch: a window a little longer than theirs makes up for it. */
export const WINDOW_MS = 63_000;
