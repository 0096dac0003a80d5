/** The writer of an event stream, which tells the back-pressure of its client. */
export interface EventStreamWriter {
  /** Bytes that were written and that the client has not read yet. */
  readonly waitingBytes: number;
  write(text: string): void;
  /** Resolves once no bytes wait; with false after `limitMs`, or when the client is gone. */
  drained(limitMs: number): Promise<boolean>;
  /** Ends the stream after the bytes that wait. */
  end(): void;
  /** Closes the connection at once; bytes that wait are lost. */
  destroy(): void;
  /** Calls the listener when the connection is closed; at once when it is already. */
  onClose(listener: () => void): void;
}
