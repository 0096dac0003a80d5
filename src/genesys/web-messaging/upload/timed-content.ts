import { UpstreamTimeoutError } from '../../../common/errors/upstream.errors';

/** The content of a file on its way upstream, with a clock for the answer that runs from its last byte on. */
export class TimedContent implements AsyncIterable<Uint8Array> {
  private readonly late = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private reason: Error | undefined;

  constructor(
    private readonly content: AsyncIterable<Uint8Array>,
    private readonly timeoutMs: number,
  ) {}

  /** Aborts when the time for the answer is over. */
  get signal(): AbortSignal {
    return this.late.signal;
  }

  /** What kept the content from being handed over, or that the time is over; undefined when nothing of both happened. */
  get failure(): Error | undefined {
    return this.reason;
  }

  // Whoever reads may throw into this; the content must not take that for its own failure, and only stops.
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.watched()) yield chunk;
    this.timer = setTimeout(() => {
      this.reason = new UpstreamTimeoutError();
      this.late.abort();
    }, this.timeoutMs);
  }

  /** Takes the clock away. */
  end(): void {
    clearTimeout(this.timer);
  }

  private async *watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.content;
    } catch (error) {
      this.reason =
        error instanceof Error ? error : new Error('The content cannot be read', { cause: error });
      throw this.reason;
    }
  }
}
