import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import { AttemptResult } from './webhook-delivery';

export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
}

const CONNECTIONS = 64;

/** The platform's signature of a webhook: base64 of the HMAC-SHA256 over the raw body. */
export function signatureOf(secret: string, rawBody: string): string {
  return `sha256=${createHmac('sha256', secret).update(rawBody).digest('base64')}`;
}

/** Posts signed JSON with a time-out over the whole answer. It never rejects. */
export class WebhookSender {
  private readonly running = new Set<AbortController>();
  private dispatcher: Agent | undefined;

  async post(target: WebhookTarget, rawBody: string, timeoutMs: number): Promise<AttemptResult> {
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

  private async statusOf(target: WebhookTarget, rawBody: string, signal: AbortSignal): Promise<number> {
    this.dispatcher ??= new Agent({ connections: CONNECTIONS });
    const { statusCode, body } = await request(target.url, {
      method: 'POST',
      dispatcher: this.dispatcher,
      signal,
      headers: {
        ...target.headers,
        'content-type': 'application/json',
        'x-hub-signature-256': signatureOf(target.secret, rawBody),
      },
      body: rawBody,
    });
    await body.dump({ limit: 65_536, signal });
    return statusCode;
  }
}

function failureOf({ aborted, reason }: AbortSignal): 'timeout' | 'connection' | 'stopped' {
  if (!aborted) return 'connection';
  return reason === 'timeout' ? 'timeout' : 'stopped';
}
