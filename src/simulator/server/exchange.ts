import { ServerResponse } from 'node:http';
import { JournalEntry } from '../request-journal';
import { Answer } from './answer';
import { SimulatedRequest } from './simulated-request';
import { SimulatedService } from './simulated-service';

/**
 * One request and the connection for its answer. The request takes effect at most once, regardless of the number of
 * calls, and a client that has left is sent nothing.
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

  /** The answer of the request, once it has taken effect. */
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

  /** Sends status and headers; returns whether the client is still connected. */
  begin(status: number, headers: Readonly<Record<string, string>>): boolean {
    if (this.isGone) return false;
    this.entry.status = status;
    this.response.writeHead(status, headers);
    return true;
  }

  /** Sends an informational (1xx) response only. */
  sendInformational(): void {
    this.response.writeProcessing();
    this.response.writeEarlyHints({ link: '</later>; rel=preload' });
  }

  /** Closes the connection cleanly instead of answering, after `lastWords`, which are not HTTP. */
  closeCleanly(lastWords = ''): void {
    this.response.req.socket.end(lastWords);
  }

  /** Breaks the connection with a TCP reset. */
  reset(): void {
    this.response.req.socket.resetAndDestroy();
  }
}

function withLength({ status, headers, body, bytes }: Answer): Record<string, string> {
  // A 204 and a 304 have no body by definition, and Node refuses a length on the first.
  if (status === 204 || status === 304) return { ...headers };
  return { ...headers, 'content-length': String(bytes?.length ?? Buffer.byteLength(body)) };
}
