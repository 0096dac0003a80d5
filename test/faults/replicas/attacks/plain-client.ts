import { Agent } from 'undici';
import type { AttackTally } from './attack-tally';

const ANSWERED_WITHIN_MS = 60_000;
/** Keep-alive time of a connection: less than the service's. */
const KEPT_ALIVE_MS = 2_000;

export interface PlainRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** Well-formed requests on connections that are kept open. */
export class PlainClient implements AsyncDisposable {
  private readonly agent = new Agent({
    keepAliveTimeout: KEPT_ALIVE_MS,
    headersTimeout: ANSWERED_WITHIN_MS,
    bodyTimeout: ANSWERED_WITHIN_MS,
  });

  constructor(
    private readonly tally: AttackTally,
    private readonly signal: AbortSignal,
  ) {}

  /** Returns the status, or undefined without an answer. */
  async ask(url: string, { method = 'GET', path, headers, body }: PlainRequest): Promise<number | undefined> {
    const startedAt = performance.now();
    this.tally.sent(Buffer.byteLength(body ?? '') + path.length);
    try {
      const { statusCode, body: answer } = await this.agent.request({
        origin: url,
        path,
        method,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body }),
        signal: this.signal,
      });
      this.tally.answered(statusCode, performance.now() - startedAt);
      for await (const chunk of answer) this.tally.received(chunk as Buffer);
      return statusCode;
    } catch (error) {
      if (!this.signal.aborted) this.tally.answered(codeOf(error), performance.now() - startedAt);
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.destroy();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
}
