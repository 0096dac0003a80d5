import { once } from 'node:events';
import { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { DEMO_DEPLOYMENT_ID } from './deployment';

/** Longer than any answer takes; reached only when none arrives. */
const DEADLINE_MS = 10_000;

export interface Frame {
  readonly type: string;
  readonly class: string;
  readonly code: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tracingId?: string;
}

/**
 * A guest's side of the socket for specs: sends the given requests and returns the received frames one at a time, in
 * order. Every request has the tracing id `t`, which distinguishes answers from unsolicited frames.
 */
export class GuestClient implements AsyncDisposable {
  private readonly inbox: Frame[] = [];
  private readonly raw: { readonly data: Buffer; readonly isBinary: boolean }[] = [];
  private readonly closing: Promise<{ code: number; reason: string }>;
  private wake: () => void = () => undefined;

  private constructor(
    readonly socket: WebSocket,
    readonly token: string,
  ) {
    socket.on('message', (data: Buffer, isBinary) => {
      this.raw.push({ data, isBinary });
      const text = data.toString();
      if (!isBinary && text.startsWith('{')) this.inbox.push(JSON.parse(text) as Frame);
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

  /** Rejects with the status when the upgrade is refused. */
  static async connect(url: string, token: string, deploymentId = DEMO_DEPLOYMENT_ID): Promise<GuestClient> {
    const client = new GuestClient(open(url, deploymentId), token);
    await once(client.socket, 'open');
    return client;
  }

  static async connectAndConfigure(url: string, token: string, more: object = {}): Promise<GuestClient> {
    const client = await GuestClient.connect(url, token);
    await client.configure(more);
    return client;
  }

  /** The status of a refused upgrade. */
  static async refusal(
    url: string,
    deploymentId = DEMO_DEPLOYMENT_ID,
    origin?: string,
  ): Promise<IncomingMessage> {
    const socket = open(url, deploymentId, origin);
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
    socket.terminate();
    return response;
  }

  send(action: string, fields: object = {}): void {
    this.socket.send(JSON.stringify({ token: this.token, ...fields, tracingId: 't', action }));
  }

  /** Sends a request and takes the next frame. */
  ask(action: string, fields: object = {}): Promise<Frame> {
    this.send(action, fields);
    return this.next();
  }

  configure(more: object = {}): Promise<Frame> {
    return this.ask('configureSession', { deploymentId: DEMO_DEPLOYMENT_ID, ...more });
  }

  say(text: string, more: object = {}): Promise<Frame> {
    return this.ask('onMessage', { message: { text, type: 'Text', ...more } });
  }

  event(event: object): Promise<Frame> {
    return this.ask('onMessage', { message: { events: [event], type: 'Event' } });
  }

  /** The next unread frame; rejects when the socket closes first. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.inbox.shift();
      if (frame !== undefined) return frame;
      await this.somethingNew('frame');
    }
  }

  /** The next raw data. */
  async nextRaw(): Promise<{ data: Buffer; isBinary: boolean }> {
    for (;;) {
      const data = this.raw.shift();
      if (data !== undefined) return data;
      await this.somethingNew('data');
    }
  }

  closed(): Promise<{ code: number; reason: string }> {
    return this.closing;
  }

  /** The unread frames after a round trip. The specs that use it do not limit echoes. */
  async settled(): Promise<Frame[]> {
    const frames: Frame[] = [];
    this.send('echo', { message: { text: 'settled', type: 'Text' } });
    for (;;) {
      const frame = await this.next();
      if (frame.body['text'] === 'settled') return frames;
      frames.push(frame);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    return Promise.resolve();
  }

  private async somethingNew(what: string): Promise<void> {
    if (this.socket.readyState !== WebSocket.OPEN) throw new Error(`The socket closed without a ${what}`);
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(() => {
        reject(new Error(`No ${what} has come`));
      }, DEADLINE_MS);
      this.wake = () => {
        clearTimeout(deadline);
        resolve();
      };
    });
  }
}

function open(url: string, deploymentId: string, origin = 'https://shop.example.com'): WebSocket {
  return new WebSocket(`${url.replace('http', 'ws')}/v1?deploymentId=${deploymentId}`, { origin });
}
