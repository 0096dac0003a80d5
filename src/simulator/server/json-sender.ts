import { Agent, request } from 'undici';

export interface JsonTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One attempt: the receiver's status, or the reason why there is none. */
export type AttemptResult =
  { readonly status: number } | { readonly failure: 'timeout' | 'connection' | 'stopped' };

const CONNECTIONS = 64;

/** Posts JSON with a time-out over the whole answer. It never rejects. */
export class JsonSender {
  private readonly running = new Set<AbortController>();
  private dispatcher: Agent | undefined;

  async post(target: JsonTarget, rawBody: string, timeoutMs: number): Promise<AttemptResult> {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort('timeout');
    }, timeoutMs);
    this.running.add(abort);
    try {
      return { status: await this.statusOf(target, rawBody, abort.signal) };
    } catch {
      // Every way to fail is a result of the attempt, which its log shows.
      return { failure: failureOf(abort.signal) };
    } finally {
      clearTimeout(timer);
      this.running.delete(abort);
    }
  }

  /** Aborts the running requests and closes all connections; a later request opens new ones. */
  stop(): void {
    for (const abort of this.running) abort.abort('stopped');
    void this.dispatcher?.destroy();
    this.dispatcher = undefined;
  }

  private async statusOf(
    { url, headers }: JsonTarget,
    rawBody: string,
    signal: AbortSignal,
  ): Promise<number> {
    this.dispatcher ??= new Agent({ connections: CONNECTIONS });
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher: this.dispatcher,
      signal,
      headers: { ...headers, 'content-type': 'application/json' },
      body: rawBody,
    });
    await body.dump({ limit: 65_536, signal });
    return statusCode;
  }
}

/** Returns whether the receiver answered with a 2xx status. */
export function isAccepted(result: AttemptResult): boolean {
  return 'status' in result && result.status >= 200 && result.status < 300;
}

function failureOf({ aborted, reason }: AbortSignal): 'timeout' | 'connection' | 'stopped' {
  if (!aborted) return 'connection';
  return reason === 'timeout' ? 'timeout' : 'stopped';
}
