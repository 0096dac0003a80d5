import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookVerificationError } from 'standardwebhooks';
import type { EventInbox } from './event-inbox';
import { readRawBody } from './raw-body';
import { readEvent, type ReceivedEvent } from './received-event';
import type { SignatureVerifier } from './signature-verifier';

export const PATH = '/webhooks';
export const MAX_BODY_BYTES = 1024 * 1024;

const LIMITS = {
  /** Below the 15 seconds of an attempt, so that a slow request ends here first. */
  requestTimeout: 10_000,
  headersTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};
/** With the limit of a body it bounds the memory. The service opens at most 8 connections for one webhook. */
const MAX_CONNECTIONS = 64;
const CLOSE_WITHIN_MS = 5_000;

/** Writes one line. The fields hold no body and no secret. */
export type ReceiverLog = (message: string, fields?: Readonly<Record<string, string>>) => void;

/**
 * HTTP server that receives the events of one webhook.
 *
 *   404  any request but `POST /webhooks`
 *   413  the body is larger than `MAX_BODY_BYTES`
 *   401  no valid signature, or a timestamp that is more than five minutes off
 *   400  signed, and not an event
 *   503  the event could not be stored: the service repeats it
 *   204  the event is stored, or was stored before
 */
export class WebhookReceiver {
  private readonly server: Server;

  constructor(
    private readonly signatures: SignatureVerifier,
    private readonly inbox: EventInbox,
    private readonly log: ReceiverLog,
  ) {
    this.server = createServer(LIMITS, (request, response) => void this.respond(request, response));
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  /** Returns the port; 0 chooses a free one. */
  async listen(port: number, host?: string): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  /** Lets requests in flight end, for a few seconds. The service repeats those that are cut off. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    const deadline = setTimeout(() => {
      this.server.closeAllConnections();
    }, CLOSE_WITHIN_MS);
    try {
      await closed;
    } finally {
      clearTimeout(deadline);
    }
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      response.writeHead(await this.receive(request)).end();
      // The rest of a body that was refused is discarded, so that the sender reads the answer.
      request.resume();
    } catch (error) {
      this.log('Request aborted', { error: nameOf(error) });
      response.destroy();
    }
  }

  private async receive(request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST' || request.url !== PATH) return 404;
    const body = await readRawBody(request, MAX_BODY_BYTES);
    if (body === undefined) return this.refuse(413, 'Body too large');
    try {
      this.signatures.verify(body, request.headers);
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      return this.refuse(401, error.message);
    }
    const event = readEvent(String(request.headers['webhook-id']), body.toString());
    return event === undefined ? this.refuse(400, 'Not an event') : this.store(event);
  }

  /** Without `Retry-After`, which would stop the deliveries of all other conversations too. */
  private store(event: ReceivedEvent): number {
    const { id, type } = event;
    try {
      this.log('Event received', { id, type, outcome: this.inbox.add(event) });
      return 204;
    } catch (error) {
      this.log('Event not stored', { id, type, error: nameOf(error) });
      return 503;
    }
  }

  private refuse(status: number, reason: string): number {
    this.log('Request refused', { status: String(status), reason });
    return status;
  }
}

/** Class and code of an error. Its message may hold parts of a body. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
