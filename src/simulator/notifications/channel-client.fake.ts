import { once } from 'node:events';
import { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** Longer than any frame takes; reached only when none arrives. */
const DEADLINE_MS = 30_000;

type Fields = Readonly<Record<string, unknown>>;

export interface ReceivedFrame {
  readonly topicName?: string;
  readonly eventBody?: Fields;
  readonly [field: string]: unknown;
}

/** The client's side of a notification channel's socket: keeps every frame and waits for conditions. */
export class ChannelClient implements AsyncDisposable {
  readonly frames: ReceivedFrame[] = [];
  private readonly closing: Promise<{ code: number; reason: string }>;
  private wake: () => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as ReceivedFrame);
      this.wake();
    });
    this.closing = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.wake();
      });
    });
    socket.on('error', () => undefined);
  }

  static async connect(connectUri: string): Promise<ChannelClient> {
    const client = new ChannelClient(new WebSocket(connectUri));
    await once(client.socket, 'open');
    return client;
  }

  /** The status of a refused upgrade. */
  static async refusal(connectUri: string): Promise<number | undefined> {
    const socket = new WebSocket(connectUri);
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
    socket.terminate();
    return response.statusCode;
  }

  /** The topics of the frames so far; heartbeats and answers are left out. */
  get topics(): (string | undefined)[] {
    return this.events.map(({ topicName }) => topicName);
  }

  get events(): ReceivedFrame[] {
    return this.frames.filter(({ topicName = 'channel.' }) => !topicName.startsWith('channel.'));
  }

  send(data: string | Buffer | object): void {
    this.socket.send(typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data));
  }

  /** Sends a request and returns the next frame, which is the answer where nothing else is sent. */
  async ask(data: string | Buffer | object): Promise<ReceivedFrame | undefined> {
    const count = this.frames.length;
    this.send(data);
    await this.waitFor(() => this.frames.length > count);
    return this.frames[count];
  }

  /** Resolves after every frame that was sent before has arrived. */
  async settled(): Promise<void> {
    const pongs = (): number =>
      this.frames.filter(({ eventBody }) => eventBody?.['message'] === 'pong').length;
    const before = pongs();
    this.send({ message: 'ping' });
    await this.waitFor(() => pongs() > before);
  }

  /** Waits until the condition holds; rejects after a deadline and when the socket closes before. */
  async waitFor(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.socket.readyState !== WebSocket.OPEN) throw new Error('The socket has closed');
      await new Promise<void>((resolve, reject) => {
        const deadline = setTimeout(() => {
          reject(new Error(`The deadline passed before ${String(condition)}`));
        }, DEADLINE_MS);
        this.wake = () => {
          clearTimeout(deadline);
          resolve();
        };
      });
    }
  }

  closed(): Promise<{ code: number; reason: string }> {
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    return Promise.resolve();
  }
}
