import { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { Answer } from './answer';
import { SimulatedRequest } from './simulated-request';

/** The arguments of Node's `upgrade` event. */
export interface UpgradeRequest {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * The service that a simulator stands for, without sockets, journal and faults. It answers immediately: the server
 * around it plays everything that takes time.
 */
export abstract class SimulatedService {
  /** Maximum size of a body in bytes; the server discards a longer one. */
  abstract maxBodyBytes(path: string): number;

  /** Executes the request and returns its answer. It never throws for anything that a client can send. */
  abstract answer(request: SimulatedRequest): Answer;

  /**
   * Returns this service's answer with an error status, without any effect; used for a fault without a body of its
   * own.
   */
  abstract failure(request: SimulatedRequest, status: number, retryAfter?: string): Answer;

  /**
   * Takes over a connection that asks for a WebSocket and returns undefined, or returns the refusal. A service
   * without sockets answers such a request like any other.
   */
  abstract upgrade(request: SimulatedRequest, wire: UpgradeRequest): Answer | undefined;

  abstract clientOf(request: SimulatedRequest): string | undefined;

  /** Returns the conversation of a request; `body` is undefined for a request whose body was not read. */
  abstract conversationIdOf(path: string, body: unknown): string | undefined;

  /** Handles the service's own control routes; returns undefined for an unknown path. */
  abstract control(request: SimulatedRequest): Answer | undefined;

  /** The body of `GET /_sim/state`. */
  abstract describe(limit: number): unknown;

  abstract reset(): void;
}
