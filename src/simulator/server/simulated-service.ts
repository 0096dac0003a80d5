import { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { Answer } from './answer';
import { SimulatedRequest } from './simulated-request';

/** What Node hands over with a request for another protocol. */
export interface Wire {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * What a simulator pretends to be, without sockets, journal and faults. Answers
 * are immediate: everything that takes time is played by the server around it.
 */
export abstract class SimulatedService {
  /** What is longer is not kept. */
  abstract maxBodyBytes(path: string): number;

  /** Lets the request take effect and says what is answered. Never throws for anything a client can send. */
  abstract answer(request: SimulatedRequest): Answer;

  /** What this service says with an error status, with no effect; used where a fault brings no body of its own. */
  abstract failure(request: SimulatedRequest, status: number, retryAfter?: string): Answer;

  /**
   * Takes over a connection that asks for a WebSocket, or says why not; undefined means that it was taken. A service
   * without sockets answers such a request like any other.
   */
  abstract upgrade(request: SimulatedRequest, wire: Wire): Answer | undefined;

  abstract clientOf(request: SimulatedRequest): string | undefined;

  /** For a request whose body was not read, `body` is undefined. */
  abstract conversationIdOf(path: string, body: unknown): string | undefined;

  /** The service's own control routes; undefined for a path it does not know. */
  abstract control(request: SimulatedRequest): Answer | undefined;

  /** What `GET /_sim/state` shows. */
  abstract describe(limit: number): unknown;

  abstract reset(): void;
}
