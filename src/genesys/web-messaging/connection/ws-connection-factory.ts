import { LeaseFence } from '../../../session/ports/lease-fence';
import type { IncomingMessage } from 'node:http';
import { type createConnection, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Injectable } from '@nestjs/common';
import { WebSocket } from 'ws';
import {
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { NameResolver } from '../../../common/names/name-resolver';
import { endpointOf } from '../../../common/http/proxy-rules';
import { openTunnel } from '../../../common/http/proxy-tunnel';
import { connectOptions } from '../../../common/names/socket-lookup';
import { withDeadline } from '../../../common/time/deadline';
import { onAbort } from '../../../common/time/on-abort';
import { USER_AGENT } from '../../../common/product';
import { ProxyConfig } from '../../../config/proxy.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { errorOf } from '../../transport/classification';
import { rateReportOf } from '../../transport/genesys-answer';
import { WebMessagingTelemetry } from '../web-messaging.telemetry';
import type { GuestConnection, ConnectionListener } from './guest-connection';
import { GuestConnectionFactory } from './guest-connection-factory';
import { WsConnection } from './ws-connection';

const HANDSHAKE_TIMEOUT_MS = 3_000;
/** Maximum size of a frame. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** Connections over real sockets: with the configured origin, and without compression, since a small frame may hide a large one. */
@Injectable()
export class WsConnectionFactory extends GuestConnectionFactory {
  constructor(
    private readonly config: WebMessagingConfig,
    private readonly telemetry: WebMessagingTelemetry,
    private readonly leaseFence: LeaseFence,
    private readonly names: NameResolver,
    private readonly proxy: ProxyConfig,
  ) {
    super();
  }

  async connect(listener: ConnectionListener, signal: AbortSignal): Promise<GuestConnection> {
    signal.throwIfAborted();
    const createConnection = await this.tunnelled(signal);
    const socket = new WebSocket(this.config.socketUrl, {
      origin: this.config.origin,
      headers: { 'user-agent': USER_AGENT },
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      ...connectOptions(this.names.resolve),
      ...(createConnection === undefined ? {} : { createConnection }),
    });
    return withDeadline(HANDSHAKE_TIMEOUT_MS, signal, async (inTime) => {
      const stopListening = onAbort(inTime, () => {
        socket.terminate();
      });
      try {
        return await this.opened(socket, listener, signal);
      } finally {
        stopListening();
      }
    });
  }

  /** Opens the tunnel through the proxy; undefined without a proxy. */
  private async tunnelled(signal: AbortSignal): Promise<typeof createConnection | undefined> {
    const target = new URL(this.config.socketUrl);
    const proxy = this.proxy.proxies.proxyFor(target);
    if (proxy === undefined) return undefined;
    const isSecure = target.protocol === 'wss:';
    const { host } = endpointOf(target);
    try {
      const socket = await withDeadline(HANDSHAKE_TIMEOUT_MS, signal, (inTime) =>
        openTunnel(proxy, target, { resolve: this.names.resolve, signal: inTime }),
      );
      return () => (isSecure ? connectTls({ socket, servername: isIP(host) === 0 ? host : '' }) : socket);
    } catch (cause) {
      signal.throwIfAborted();
      throw new UpstreamUnavailableError({ cause, sent: false });
    }
  }

  private opened(
    socket: WebSocket,
    listener: ConnectionListener,
    signal: AbortSignal,
  ): Promise<GuestConnection> {
    return new Promise((resolve, reject) => {
      socket.once('unexpected-response', (_request, response) => {
        reject(refusalOf(response));
        socket.terminate();
      });
      socket.on('error', (cause) => {
        reject(
          signal.aborted ? (signal.reason as Error) : new UpstreamUnavailableError({ cause, sent: false }),
        );
      });
      socket.once('open', () => {
        socket.removeAllListeners('error');
        resolve(new WsConnection(socket, listener, this.leaseFence, this.telemetry));
      });
    });
  }
}

function refusalOf({ statusCode: status = 0, headers }: IncomingMessage): Error {
  if (status === 403)
    return new UpstreamForbiddenError(
      'Genesys Cloud refuses the guest socket: check that the deployment allows GENESYS_ORIGIN.',
    );
  const { 'retry-after': retryAfter, date } = headers;
  const answer = { status, body: '', retryAfter, date, rate: rateReportOf(headers) };
  return errorOf(answer) ?? new UpstreamInvalidResponseError('no WebSocket');
}
