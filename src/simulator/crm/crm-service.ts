import { ReceivedEvent } from '../received-event';
import { Answer, jsonAnswer, problemAnswer } from '../server/answer';
import { limitOf, only } from '../server/control-routes';
import { SimulatedRequest } from '../server/simulated-request';
import { SimulatedService } from '../server/simulated-service';

const MAX_RECEIVED = 200_000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const DROPPED_AT_ONCE = 1_000;

/** A webhook receiver that accepts every JSON body posted to its path and keeps the newest 200,000. */
export class CrmService extends SimulatedService {
  readonly received: ReceivedEvent[] = [];

  constructor(private readonly path: string) {
    super();
  }

  maxBodyBytes(): number {
    return MAX_BODY_BYTES;
  }

  answer(request: SimulatedRequest): Answer {
    if (request.path !== this.path) return problemAnswer(404, `no ${request.path} here`);
    return only('POST', request, () => this.receive(request));
  }

  upgrade(request: SimulatedRequest): Answer {
    return this.answer(request);
  }

  failure(_request: SimulatedRequest, status: number, retryAfter?: string): Answer {
    return problemAnswer(
      status,
      `error ${status}`,
      retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    );
  }

  /** A webhook receiver has no OAuth clients. */
  clientOf(): undefined {
    return undefined;
  }

  conversationIdOf(_path: string, body: unknown): string | undefined {
    return conversationIdIn(body);
  }

  eventsOf(conversationId: string): ReceivedEvent[] {
    return this.received.filter(({ body }) => conversationIdIn(body) === conversationId);
  }

  control(request: SimulatedRequest): Answer | undefined {
    if (request.path !== '/_sim/events') return undefined;
    return only('GET', request, () => {
      const { conversationId } = request.query;
      const events = conversationId === undefined ? this.received : this.eventsOf(conversationId);
      return jsonAnswer(200, events.slice(Math.max(0, events.length - limitOf(request))));
    });
  }

  describe(): unknown {
    return { received: this.received.length };
  }

  reset(): void {
    this.received.length = 0;
  }

  private receive(request: SimulatedRequest): Answer {
    if (request.isTooLarge) return problemAnswer(413, 'the body is too large');
    if (!request.isJson) return problemAnswer(400, 'the body is not JSON');
    this.received.push({ at: request.at, headers: request.headers, body: request.body });
    // The oldest events are removed in blocks, because removing one moves all the others.
    if (this.received.length > MAX_RECEIVED) this.received.splice(0, DROPPED_AT_ONCE);
    return jsonAnswer(200, { ok: true });
  }
}

function conversationIdIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('conversationId' in body)) return undefined;
  return typeof body.conversationId === 'string' ? body.conversationId : undefined;
}
