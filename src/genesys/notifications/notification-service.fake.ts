import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { GenesysAnswer } from '../transport/genesys-answer';
import { anAnswer, FakeGenesysHttpClient } from '../transport/genesys-http-client.fake';
import type { GenesysRequest } from '../transport/genesys-http-client';

const API = 'http://api.test/api/v2/notifications';
/** Not replaced by a test's fake time. */
const now = process.hrtime.bigint.bind(process.hrtime);
const DEADLINE_NS = 20_000_000_000n;

interface PlatformChannel {
  topics: readonly string[];
  socket?: WebSocket;
}

/** A queue topic's event of a conversation, as the platform sends it. */
export function aQueueEvent(conversationId: string, queueId = 'q-1'): object {
  const participants = [{ id: 'guest', purpose: 'customer', state: 'connected' }];
  const topicName = `v2.routing.queues.${queueId}.conversations.messages`;
  return { topicName, version: '2', eventBody: { id: conversationId, participants } };
}

/** Resolves once the condition holds, whatever the fake time is; rejects when it does not within 20 seconds. */
export async function untilTrue(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = now() + DEADLINE_NS;
  while (!(await condition())) {
    if (now() > deadline) throw new Error(`Condition not met in time: ${String(condition)}`);
    await new Promise((resolve) => setImmediate(resolve));
    jest.advanceTimersByTime(0);
  }
}

/**
 * The platform's notification service: its requests in memory, and the WebSockets of its channels on the loopback. It keeps
 * one connection for a channel, and sends nothing by itself but the answers to pings.
 */
export class NotificationServiceFake extends FakeGenesysHttpClient implements AsyncDisposable {
  readonly channels = new Map<string, PlatformChannel>();
  /** The channels that were subscribed, in the order of the requests. */
  readonly puts: { readonly channel: string; readonly topics: readonly string[] }[] = [];
  /** Topics that are rejected, with the permissions that are missing. */
  readonly rejected = new Map<string, readonly string[]>();
  /** Channels that were connected, in the order of the connections. */
  readonly connections: string[] = [];
  /** Answers to the next requests about channels instead of the usual ones. */
  readonly answers: GenesysAnswer[] = [];
  availableTopics: unknown = [
    { id: 'v2.routing.queues.{id}.conversations.messages', transports: ['All'], requiresPermissions: [] },
  ];
  /** Status of the upgrade to a channel that does not exist. */
  goneStatus = 404;
  answersPings = true;
  lifetimeMs = 86_400_000;
  pings = 0;
  made = 0;
  private readonly open = new Set<Socket>();

  private constructor(private readonly server: Server) {
    super();
    const sockets = new WebSocketServer({ noServer: true });
    server.on('connection', (socket) => {
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
    });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head) => {
      const id = request.url?.split('/').at(-1) ?? '';
      const channel = this.channels.get(id);
      if (channel === undefined) {
        socket.end(`HTTP/1.1 ${this.goneStatus} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => {
        this.attach(id, channel, opened);
      });
    });
  }

  static async start(): Promise<NotificationServiceFake> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new NotificationServiceFake(server);
  }

  /** Ids of the connected channels. */
  get connected(): readonly string[] {
    return [...this.channels].filter(([, { socket }]) => socket !== undefined).map(([id]) => id);
  }

  /** Adds a channel that another process has made. */
  add(id: string): string {
    this.channels.set(id, { topics: [] });
    return this.uriOf(id);
  }

  uriOf(id: string): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/channels/${id}`;
  }

  /** Removes a channel, as the platform does when a stranger makes too many of them. */
  evict(id: string): void {
    const socket = this.channels.get(id)?.socket;
    this.channels.delete(id);
    socket?.close(1008);
  }

  say(id: string, frame: object): void {
    this.channels.get(id)?.socket?.send(JSON.stringify(frame));
  }

  /** The connection of a channel as the server has it. */
  socketOf(id: string): WebSocket {
    const socket = this.channels.get(id)?.socket;
    if (socket === undefined) throw new Error(`The channel ${id} is not connected`);
    return socket;
  }

  override send(request: GenesysRequest, signal?: AbortSignal): Promise<GenesysAnswer> {
    request.beforeSend?.();
    this.requests.push(request);
    this.signals.push(signal);
    if (request.url.startsWith(`${API}/availabletopics`))
      return Promise.resolve(anAnswer(200, { entities: this.availableTopics }));
    return Promise.resolve(this.answers.shift() ?? this.answerTo(request));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.open) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private attach(id: string, channel: PlatformChannel, socket: WebSocket): void {
    this.connections.push(id);
    channel.socket?.close(4000);
    channel.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (channel.socket === socket) delete channel.socket;
    });
    socket.on('message', (data: Buffer) => {
      if (data.toString('utf8') !== '{"message":"ping"}') return;
      this.pings += 1;
      if (this.answersPings) this.say(id, { topicName: 'channel.metadata', eventBody: { message: 'pong' } });
    });
  }

  private answerTo({ method, url, body = '' }: GenesysRequest): GenesysAnswer {
    if (method === 'POST' && url === `${API}/channels`) return anAnswer(200, this.make());
    const [, id = ''] = /\/channels\/([^/]+)\/subscriptions\?ignoreErrors=true$/.exec(url) ?? [];
    const channel = this.channels.get(id);
    if (method !== 'PUT' || channel === undefined) return anAnswer(404, { code: 'not.found' });
    const topics = (JSON.parse(body) as { id: string }[]).map((topic) => topic.id);
    channel.topics = topics;
    this.puts.push({ channel: id, topics });
    return anAnswer(200, { entities: topics.map((topic) => this.entityOf(topic)) });
  }

  private make(): object {
    this.made += 1;
    const id = `channel-${this.made}`;
    const expires = new Date(Date.now() + this.lifetimeMs).toISOString();
    return { id, connectUri: this.add(id), expires };
  }

  private entityOf(id: string): object {
    const missingPermissions = this.rejected.get(id);
    if (missingPermissions === undefined) return { id, state: 'Permitted' };
    return { id, state: 'Rejected', rejectionReason: 'missing permissions', missingPermissions };
  }
}
