import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebhookJournal } from './webhook-journal';

/** One attempt at a receiver. */
export interface ReceivedAttempt {
  readonly response: ServerResponse;
  /** Records that the receiver has taken the event, whatever its answer. */
  accept(): void;
}

/** Answers an attempt, or does not. */
export type ReceiverAnswer = (attempt: ReceivedAttempt) => void;

export const accepting: ReceiverAnswer = ({ response, accept }) => {
  accept();
  response.writeHead(204).end();
};

/** Counts attempts that wait for an answer. */
export class OpenAttempts {
  now = 0;
  most = 0;

  /** The returned function ends it. */
  begin(): () => void {
    this.now += 1;
    this.most = Math.max(this.most, this.now);
    return () => {
      this.now -= 1;
    };
  }
}

/** The receiver of one webhook, at an origin of its own on the loopback. Accepts everything until `answer` is replaced. */
export class WebhookReceiver implements AsyncDisposable {
  readonly journal = new WebhookJournal();
  answer: ReceiverAnswer = accepting;
  readonly open = new OpenAttempts();
  readonly url: string;

  private constructor(
    private readonly server: Server,
    private readonly openTogether: OpenAttempts,
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
    server.on('request', (request, response) => {
      this.receive(request, response);
    });
  }

  /** `openTogether` counts the attempts of several receivers. */
  static async start(openTogether = new OpenAttempts()): Promise<WebhookReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new WebhookReceiver(server, openTogether);
  }

  /** Refuses connections from now on. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.listening ? this.close() : Promise.resolve();
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    for (const open of [this.open, this.openTogether]) response.once('close', open.begin());
    // A sender that is killed leaves half a request behind.
    request.on('error', () => undefined);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const event = this.journal.note(request.headers, Buffer.concat(chunks).toString('utf8'));
      const accept = (): void => {
        this.journal.accept(event);
      };
      this.answer({ response, accept });
    });
  }
}
