/**
 * Cause of a block: the main thread ran `javascript`, or it was inside `native-code` (a system call, the embedded
 * database, a garbage collection), or the whole process got no processor time and was not blocked by itself. It is
 * `unknown` if the watchdog thread looked too late.
 */
export const BLOCK_REASONS = ['javascript', 'native-code', 'process-stalled', 'unknown'] as const;

export type BlockReason = (typeof BLOCK_REASONS)[number];

/** A time in which the event loop of the main thread did not turn. */
export interface BlockReport {
  readonly reason: BlockReason;
  readonly durationMs: number;
  /** CPU time that all threads of the process used meanwhile. */
  readonly cpuMs: number;
  /** Time from the request of the stack until the main thread ran JavaScript. */
  readonly stackDelayMs: number;
  /** The sampled stacks, the most frequent one first; empty if none was taken. */
  readonly stack: string;
}
