import { once } from 'node:events';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo, Socket } from 'node:net';
import { Fault } from '../fault';
import { FaultRegistry } from '../fault-registry';
import { FaultPlayer } from '../faults/fault-player';
import { RequestJournal } from '../request-journal';
import { Answer, problemAnswer } from './answer';
import { ControlRoutes } from './control-routes';
import { Exchange } from './exchange';
import { completeRequest, readBody, readHead, RequestHead, SimulatedRequest } from './simulated-request';
import { SimulatedService, UpgradeRequest } from './simulated-service';
import { TimerSet } from './timer-set';

export interface ServerOptions {
  readonly host?: string;
  readonly port?: number;
  readonly latencyMs?: number;
  readonly journalSize?: number;
}

const DEFAULT_JOURNAL_SIZE = 20_000;
const MAX_JOURNALED_BYTES = 1024 * 1024;
const NO_BODY = Buffer.alloc(0);
const MAX_CONTROL_BYTES = 64 * 1024 * 1024;
const SERVER_OPTIONS = {
  // The server never closes an idle connection, because that could cross with the client's next request.
  keepAliveTimeout: 0,
  requestTimeout: 0,
  noDelay: true,
  /** Ignored by Node.js before 22.21; the other offers are served as plain requests. */
  shouldUpgradeCallback: offersWebSocket,
};

/**
 * Serves a simulated service on a port, with a journal of all requests, faults and the `/_sim` control routes, which
 * are neither journaled nor spoiled. Hanging requests do not delay its closing.
 */
export class SimulatorServer {
  readonly requests: RequestJournal;
  readonly faults = new FaultRegistry();
  private readonly timers = new TimerSet();
  private readonly player = new FaultPlayer(this.timers);
  private readonly sockets = new Set<Socket>();
  private readonly control: ControlRoutes;
  private readonly server: Server;
  private boundUrl = '';

  private constructor(
    private readonly service: SimulatedService,
    private readonly options: ServerOptions,
  ) {
    this.requests = new RequestJournal(options.journalSize ?? DEFAULT_JOURNAL_SIZE);
    this.control = new ControlRoutes(this.requests, this.faults, service, () => {
      this.reset();
    });
    this.server = createServer(SERVER_OPTIONS, (incoming, response) => {
      this.receive(incoming, response);
    });
    this.server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
      if (offersWebSocket(incoming)) this.receiveUpgrade({ incoming, socket, head });
      else this.server.emit('connection', withoutUpgrade(socket, incoming, head));
    });
    this.server.on('connection', (socket) => {
      if (this.sockets.has(socket)) return;
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  static async listen(service: SimulatedService, options: ServerOptions): Promise<SimulatorServer> {
    const simulator = new SimulatorServer(service, options);
    simulator.server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(simulator.server, 'listening');
    simulator.boundUrl = urlOf(simulator.server.address() as AddressInfo);
    return simulator;
  }

  get url(): string {
    return this.boundUrl;
  }

  reset(): void {
    this.faults.clear();
    this.requests.clear();
    this.service.reset();
  }

  async close(): Promise<void> {
    this.timers.clear();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private receive(incoming: IncomingMessage, response: ServerResponse): void {
    const head = readHead(incoming, Date.now());
    if (head.path.startsWith('/_sim/')) {
      this.receiveControl(head, incoming, response);
    } else if (this.faults.takeBeforeBody(head.method, head.path) !== undefined) {
      this.record(head, undefined);
      incoming.pause();
    } else {
      readBody(incoming, this.service.maxBodyBytes(head.path), (bytes, aborted) => {
        const request = completeRequest(head, bytes);
        if (aborted) this.record(request, request.body);
        else this.serve(request, response);
      });
    }
  }

  private serve(request: SimulatedRequest, response: ServerResponse): void {
    const entry = this.record(request, request.bytes.length > MAX_JOURNALED_BYTES ? undefined : request.body);
    const exchange = new Exchange(request, response, this.service, entry);
    const fault = this.faultFor(request, entry.conversationId);
    if (fault !== undefined) {
      this.afterLatency(() => {
        this.player.play(fault, exchange);
      });
      return;
    }
    const answer = exchange.takeEffect();
    this.afterLatency(() => {
      exchange.send(answer);
    });
  }

  /** Faults apply to an upgrade as to any request; a delay makes it a slow accept. */
  private receiveUpgrade(wire: UpgradeRequest): void {
    const request = completeRequest(readHead(wire.incoming, Date.now()), NO_BODY);
    // A client may leave while it is being refused or kept waiting.
    wire.socket.on('error', () => wire.socket.destroy());
    const entry = this.record(request, undefined);
    if (this.faults.takeBeforeBody(request.method, request.path) !== undefined) return;
    const response = new ServerResponse(wire.incoming);
    const exchange = new Exchange(request, response, this.service, entry);
    const accept = (): void => {
      const refusal = this.service.upgrade(request, wire);
      if (refusal === undefined) entry.status = 101;
      else refuse(exchange, wire, refusal);
    };
    const fault = this.faultFor(request, undefined);
    if (fault === undefined) this.afterLatency(accept);
    else if (fault.kind === 'delay') this.timers.after(fault.ms, accept);
    else {
      attachSocket(response, wire);
      this.player.play(fault, exchange);
    }
  }

  private faultFor(request: SimulatedRequest, conversationId: string | undefined): Fault | undefined {
    return this.faults.take({
      method: request.method,
      path: request.path,
      text: request.text,
      conversationId,
      client: () => this.service.clientOf(request),
    });
  }

  private receiveControl(head: RequestHead, incoming: IncomingMessage, response: ServerResponse): void {
    readBody(incoming, MAX_CONTROL_BYTES, (bytes, aborted) => {
      if (aborted) return;
      const request = completeRequest(head, bytes);
      const { status, headers, body } = request.isTooLarge
        ? problemAnswer(413, 'too large')
        : this.control.answer(request);
      response.writeHead(status, headers).end(body);
    });
  }

  private record(head: RequestHead, body: unknown): ReturnType<RequestJournal['add']> {
    const conversationId = this.service.conversationIdOf(head.path, body);
    return this.requests.add({ ...head, body: body ?? null, conversationId });
  }

  private afterLatency(act: () => void): void {
    const { latencyMs = 0 } = this.options;
    if (latencyMs > 0) this.timers.after(latencyMs, act);
    else act();
  }
}

function refuse(exchange: Exchange, wire: UpgradeRequest, answer: Answer): void {
  attachSocket(exchange.response, wire);
  exchange.send(answer);
}

/** Node provides no response object for an upgrade request; this one is the last on its connection. */
function attachSocket(response: ServerResponse, { socket }: UpgradeRequest): void {
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once('finish', () => socket.end());
}

function offersWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Treats the request as one without an upgrade: a client that offers HTTP/2 is answered in HTTP/1.1. Node.js 20 does so
 * by itself only for a server without WebSockets; newer ones ask `shouldUpgradeCallback` and never come here.
 */
function withoutUpgrade(socket: Socket, { method, url, rawHeaders }: IncomingMessage, head: Buffer): Socket {
  const lines = [`${method ?? 'GET'} ${url ?? '/'} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!/^(upgrade|connection|http2-settings)$/i.test(name))
      lines.push(`${name}: ${rawHeaders[at + 1] ?? ''}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  return socket;
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}
