/**
 * The way in which the service detects that the agent has ended a conversation: by an event after which the upstream
 * accepts no more messages (`read-only`), by an event after which the session continues (`event`), by agent-side
 * events of the platform (`platform`), or not at all (`none`).
 */
export const END_DETECTIONS = ['read-only', 'event', 'platform', 'none'] as const;

/**
 * One of `END_DETECTIONS`.
 *
 * @publicApi
 */
export type EndDetection = (typeof END_DETECTIONS)[number];
