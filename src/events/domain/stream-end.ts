/**
 * Why a stream has ended: its session is `over`, the client has `hung-up` or is a `slow-reader`, its `credential` is good
 * no longer, the events could not be read (`failed`), or the process is on its way out (`shutdown`).
 */
export type StreamEnd = 'over' | 'hung-up' | 'slow-reader' | 'credential' | 'failed' | 'shutdown';
