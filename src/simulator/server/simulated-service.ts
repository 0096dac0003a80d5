import { Answer } from './answer';
import { SimulatedRequest } from './simulated-request';

/**
 * What a simulator pretends to be, without sockets, journal and faults. Answers
 * are immediate: everything that takes time is played by the server around it.
 */
export abstract class SimulatedService {
  abstract readonly maxBodyBytes: number;

  /** Lets the request take effect and says what is answered. Never throws for anything a client can send. */
  abstract answer(request: SimulatedRequest): Answer;

  /** What this service says with an error status, with no effect; used where a fault brings no body of its own. */
  abstract failure(request: SimulatedRequest, status: number, retryAfter?: string): Answer;

  abstract clientOf(request: SimulatedRequest): string | undefined;

  /** For a request whose body was not read, `body` is undefined. */
  abstract conversationIdOf(path: string, body: unknown): string | undefined;

  /** The service's own control routes; undefined for a path it does not know. */
  abstract control(request: SimulatedRequest): Answer | undefined;

  /** What `GET /_sim/state` shows. */
  abstract describe(limit: number): unknown;

  abstract reset(): void;
}
