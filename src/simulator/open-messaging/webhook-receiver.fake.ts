import { once } from 'node:events';
import { createServer, IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { OutboundBody } from './open-message';

export interface ReceivedWebhook {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: OutboundBody;
}

const PAUSE_MS = 5;
const DEADLINE_MS = 30_000;

type Reply = number | 'hang' | 'reset';

/** A webhook receiver that keeps each request and plays the next reply, or 200 when there is none. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  readonly replies: Reply[] = [];
  private readonly server = createServer((incoming, response) => {
    void this.receive(incoming, response);
  });

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** Throws when nothing was received. */
  get first(): ReceivedWebhook {
    const [first] = this.received;
    if (first === undefined) throw new Error('no webhook was received');
    return first;
  }

  get texts(): unknown[] {
    return this.received.map(({ body }) => body['text']);
  }

  /** Waits until the condition holds; rejects after a deadline. */
  async waitFor(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`the deadline passed before ${String(condition)}`);
      await delay(PAUSE_MS);
    }
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks).toString('utf8');
    const { method, headers } = incoming;
    this.received.push({ method, headers, raw, body: JSON.parse(raw) as OutboundBody });
    const reply = this.replies.shift() ?? 200;
    if (reply === 'reset') incoming.socket.resetAndDestroy();
    else if (reply !== 'hang') response.writeHead(reply).end('{}');
  }
}
