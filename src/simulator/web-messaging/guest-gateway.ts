import { WebSocketServer, WebSocket, RawData } from 'ws';
import { Answer, problemAnswer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { UpgradeRequest } from '../server/simulated-service';
import { RateWindow } from '../genesys/rate-window';
import { ConnectionLog } from './connection-log';
import { allowsOrigin, Deployment } from './deployment';
import { ConnectionTools, ServerConnection } from './server-connection';
import { GuestRequestHandler } from './guest-request-handler';
import { errorFrame, GUEST_ERRORS } from './guest-error';
import { GuestRequest, parseGuestRequest } from './guest-request';
import { RequestFaultPlayer } from './request-fault-player';
import { SessionRegistry } from './session-registry';
import { Throttle } from './throttle';

export const GUEST_PATH = '/v1';

const MAX_FRAME_BYTES = 1024 * 1024;

export interface GatewayTools extends ConnectionTools {
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly registry: SessionRegistry;
  readonly throttle: Throttle;
  readonly handler: GuestRequestHandler;
}

/**
 * Accepts guests' sockets and passes their requests to the request handler. A socket for an unknown deployment is
 * accepted as well: the answer to its first configure refuses it.
 */
export class GuestGateway {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    autoPong: false,
    maxPayload: MAX_FRAME_BYTES,
  });
  private readonly connections = new Set<ServerConnection>();
  private readonly windows = new Map<string, RateWindow>();
  private readonly player: RequestFaultPlayer;
  private lastId = 0;

  constructor(private readonly tools: GatewayTools) {
    this.player = new RequestFaultPlayer(tools.faults);
  }

  get open(): number {
    return this.connections.size;
  }

  /** Number of accepted sockets since the start or the last reset. */
  get accepted(): number {
    return this.lastId;
  }

  /** Returns undefined when the socket was taken over. */
  upgrade(request: SimulatedRequest, { incoming, socket, head }: UpgradeRequest): Answer | undefined {
    const refusal = this.refusalOf(request);
    if (refusal !== undefined) return refusal;
    const { deploymentId = '' } = request.query;
    const place = { deploymentId, baseUrl: `http://${request.headers.host ?? 'localhost'}` };
    this.sockets.handleUpgrade(incoming, socket, head, (webSocket) => {
      this.welcome(webSocket, place);
    });
    return undefined;
  }

  reset(): void {
    for (const connection of this.connections) connection.close(1006);
    this.windows.clear();
    this.lastId = 0;
  }

  private refusalOf({ query, headers }: SimulatedRequest): Answer | undefined {
    const { deploymentId } = query;
    if (deploymentId === undefined || deploymentId === '')
      return problemAnswer(400, 'deploymentId is missing');
    const deployment = this.tools.deployments.get(deploymentId);
    if (deployment !== undefined && !allowsOrigin(deployment, headers.origin)) {
      return problemAnswer(403, 'the origin is not allowed');
    }
    const window = this.windowOf(deployment?.id ?? '');
    if (this.tools.throttle.admits('connectionsPerDeployment', window)) return undefined;
    const retryAfter = String(this.tools.throttle.secondsLeft(window));
    return problemAnswer(429, 'too many connections', { 'retry-after': retryAfter });
  }

  private windowOf(deploymentId: string): RateWindow {
    const window = this.windows.get(deploymentId) ?? new RateWindow(this.tools.settings.limits.minuteMs);
    this.windows.set(deploymentId, window);
    return window;
  }

  private welcome(socket: WebSocket, place: ServerConnection['place']): void {
    const { settings, registry } = this.tools;
    this.lastId += 1;
    const log = new ConnectionLog(this.lastId, settings.now(), settings.keptFrames);
    const connection = new ServerConnection(socket, place, log, this.tools);
    this.connections.add(connection);
    socket.on('message', (data, isBinary) => {
      this.receive(connection, data, isBinary);
    });
    socket.on('ping', (data: Buffer) => {
      connection.answerPing(data);
    });
    // An invalid frame closes the socket; nothing else has to be done about it.
    socket.on('error', () => undefined);
    socket.once('close', (code) => {
      log.closedAt = settings.now();
      log.closeCode ??= code;
      this.connections.delete(connection);
      registry.find(connection.guest?.token)?.detach(connection);
    });
  }

  private receive(connection: ServerConnection, data: RawData, isBinary: boolean): void {
    // A socket passes one buffer unless it is configured otherwise.
    const text = (data as Buffer).toString('utf8');
    const request = isBinary ? undefined : parseGuestRequest(text);
    connection.log.receive(request?.fields ?? text, this.tools.settings.now());
    if (connection.isSilent) return;
    if (request === undefined) connection.send(errorFrame(GUEST_ERRORS.requestFailed));
    else
      this.player.play(connection, request, () => {
        this.execute(connection, request);
      });
  }

  private execute(connection: ServerConnection, request: GuestRequest): void {
    const answer = this.tools.handler.answer(connection, request);
    if (answer !== undefined) connection.send(answer);
  }
}
