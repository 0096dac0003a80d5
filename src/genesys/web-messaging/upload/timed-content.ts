import { UpstreamTimeoutError } from '../../../common/errors/upstream.errors';

/** The content of a file in transit, with a time-out for the answer that starts after its last byte. */
export class TimedContent implements AsyncIterable<Uint8Array> {
  private readonly timeout = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private reason: Error | undefined;

  constructor(
    private readonly content: AsyncIterable<Uint8Array>,
    private readonly timeoutMs: number,
  ) {}

  /** Aborts when the answer times out. */
  get signal(): AbortSignal {
    return this.timeout.signal;
  }

  /** The error of the content or of the time-out; undefined without either. */
  get failure(): Error | undefined {
    return this.reason;
  }

  // The reader may throw into this generator; that is not an error of the content, which only stops.
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.watched()) yield chunk;
    this.timer = setTimeout(() => {
      this.reason = new UpstreamTimeoutError();
      this.timeout.abort();
    }, this.timeoutMs);
  }

  /** Stops the time-out. */
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
