/** Where a stream writes to. */
export interface Outlet {
  /** What was written and not taken yet. */
  readonly waitingBytes: number;
  write(text: string): void;
  /** Resolves once nothing waits any more; with false when that takes longer, or when nobody is there any more. */
  drained(limitMs: number): Promise<boolean>;
  /** After what was written. */
  end(): void;
  /** At once, and what waits is lost. */
  destroy(): void;
  /** Tells that nobody is there any more, whatever the reason; at once when that is so already. */
  onClose(listener: () => void): void;
}
