import { Agent } from 'undici';

const ANSWERED_WITHIN_MS = 20_000;
/** Less than the proxy's `timeout http-keep-alive`, as that asks of clients. */
const KEPT_ALIVE_MS = 60_000;

/** The kinds of requests of the load. */
export type CallKind =
  | 'open with a key'
  | 'open without a key'
  | 'read one'
  | 'list'
  | 'message with a key'
  | 'end'
  | 'event stream';

/** A request with another outcome than its kind has; times are of `performance.now()`. */
export interface FailedCall {
  readonly kind: CallKind;
  /** The status and the problem code, or the error of the connection. */
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface CallAnswer {
  /** 0 when there was none. */
  readonly status: number;
  /** Code of the problem; empty without one. */
  readonly code: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly kind: CallKind;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * The requests of one caller through the load balancer, over connections that stay open between them. Counts all by kind and
 * keeps each that failed with its cause; none is repeated here.
 */
export class DeploymentCalls implements AsyncDisposable {
  readonly made = new Map<CallKind, number>();
  readonly failed: FailedCall[] = [];
  private readonly agent = new Agent({ keepAliveTimeout: KEPT_ALIVE_MS });

  constructor(
    readonly url: string,
    readonly credential: Readonly<Record<string, string>>,
  ) {}

  /** An answer with a status of 400 or more is a failure, and so is none. */
  async send({ kind, method, path, headers = {}, body }: Call): Promise<CallAnswer> {
    const startedAt = this.begin(kind);
    try {
      const answer = await this.agent.request({
        origin: this.url,
        path,
        method,
        headers: { ...this.credential, ...(body === undefined ? {} : JSON_BODY), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      });
      return this.read(kind, startedAt, answer.statusCode, await answer.body.text());
    } catch (error) {
      this.fail(kind, startedAt, nameOf(error));
      return NONE;
    }
  }

  /** Counts a request; returns its start for `fail`. */
  begin(kind: CallKind): number {
    this.made.set(kind, (this.made.get(kind) ?? 0) + 1);
    return performance.now();
  }

  fail(kind: CallKind, startedAt: number, cause: string): void {
    this.failed.push({ kind, cause, startedAt, endedAt: performance.now() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent.destroy();
  }

  private read(kind: CallKind, startedAt: number, status: number, text: string): CallAnswer {
    const code = /"code":"([\w-]+)"/.exec(text)?.[1] ?? '';
    if (status >= 400) this.fail(kind, startedAt, `${status} ${code || 'by the load balancer'}`);
    // Answers of the load balancer itself are pages.
    const body = text.startsWith('{') ? (JSON.parse(text) as CallAnswer['body']) : {};
    return { status, code, body };
  }
}

const NONE: CallAnswer = { status: 0, code: '', body: {} };
const JSON_BODY = { 'content-type': 'application/json' };

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { code } = error as { code?: unknown };
  return `no answer: ${typeof code === 'string' ? code : error.name}`;
}
