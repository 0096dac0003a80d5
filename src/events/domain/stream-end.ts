/**
 * The cause of the end of a stream: its session is `over`, the client has `hung-up` or is a `slow-reader`, its
 * `credential` is invalid, the events could not be read (`failed`), or the process stops (`shutdown`).
 */
export type StreamEnd = 'over' | 'hung-up' | 'slow-reader' | 'credential' | 'failed' | 'shutdown';
