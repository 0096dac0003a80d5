import { ServerResponse } from 'node:http';
import { JournalEntry } from '../request-journal';
import { Answer } from './answer';
import { SimulatedRequest } from './simulated-request';
import { SimulatedService } from './simulated-service';

/**
 * One request and the connection its answer goes to. The request takes effect at
 * most once, however often it is asked for, and nothing is sent to a client that
 * has left.
 */
export class Exchange {
  private answer: Answer | undefined;

  constructor(
    readonly request: SimulatedRequest,
    readonly response: ServerResponse,
    private readonly service: SimulatedService,
    private readonly entry: JournalEntry,
  ) {}

  get isGone(): boolean {
    return this.response.destroyed || this.response.writableEnded;
  }

  /** The answer of a request that has taken effect. */
  get taken(): Answer | undefined {
    return this.answer;
  }

  takeEffect(): Answer {
    this.answer ??= this.service.answer(this.request);
    return this.answer;
  }

  failure(status: number, retryAfter: string | undefined): Answer {
    return this.service.failure(this.request, status, retryAfter);
  }

  send(answer: Answer): void {
    if (!this.begin(answer.status, withLength(answer))) return;
    this.response.end(answer.bytes ?? answer.body);
  }

  /** Sends status and headers; says whether the client is still there. */
  begin(status: number, headers: Readonly<Record<string, string>>): boolean {
    if (this.isGone) return false;
    this.entry.status = status;
    this.response.writeHead(status, headers);
    return true;
  }

  /** Sends what announces an answer, and not the answer. */
  promise(): void {
    this.response.writeProcessing();
    this.response.writeEarlyHints({ link: '</later>; rel=preload' });
  }

  /** Closes the connection in order instead of answering, with `lastWords` that are no HTTP. */
  hangUp(lastWords = ''): void {
    this.response.req.socket.end(lastWords);
  }

  /** Breaks the connection with a TCP reset. */
  reset(): void {
    this.response.req.socket.resetAndDestroy();
  }
}

function withLength({ status, headers, body, bytes }: Answer): Record<string, string> {
  // These two have no body by definition, and Node refuses a length on the first.
  if (status === 204 || status === 304) return { ...headers };
  return { ...headers, 'content-length': String(bytes?.length ?? Buffer.byteLength(body)) };
}
