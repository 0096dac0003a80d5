import type { IncomingMessage } from 'node:http';
import { type createConnection, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Injectable } from '@nestjs/common';
import { type ClientOptions, WebSocket } from 'ws';
import { UpstreamInvalidResponseError, UpstreamUnavailableError } from '../../common/errors/upstream.errors';
import { endpointOf } from '../../common/http/proxy-rules';
import { openTunnel } from '../../common/http/proxy-tunnel';
import { NameResolver } from '../../common/names/name-resolver';
import { connectOptions } from '../../common/names/socket-lookup';
import { USER_AGENT } from '../../common/product';
import { withDeadline } from '../../common/time/deadline';
import { onAbort } from '../../common/time/on-abort';
import { ProxyConfig } from '../../config/proxy.config';
import { errorOf } from './classification';
import { rateReportOf } from './genesys-answer';

const HANDSHAKE_TIMEOUT_MS = 3_000;
/** Maximum size of a frame. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** Makes a connection of a socket in the event of its opening, so that no frame is missed. */
type Wrap<T> = (socket: WebSocket) => T;

/**
 * Opens WebSockets to Genesys Cloud: through the configured proxy, with names from the resolver of the process, and without
 * compression, since a small frame may hide a large one. A handshake takes three seconds at most.
 */
@Injectable()
export class WebSocketOpener {
  constructor(
    private readonly names: NameResolver,
    private readonly proxy: ProxyConfig,
  ) {}

  /** Rejects with an `UpstreamError` that tells how the connection was refused, or with the reason of the signal. */
  async open<T>(
    url: string,
    options: Pick<ClientOptions, 'origin'>,
    wrap: Wrap<T>,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted();
    const createConnection = await this.tunnelled(url, signal);
    const socket = new WebSocket(url, {
      ...options,
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
        return await opened(socket, wrap, signal);
      } finally {
        stopListening();
      }
    });
  }

  /** Opens the tunnel through the proxy; undefined without a proxy. */
  private async tunnelled(url: string, signal: AbortSignal): Promise<typeof createConnection | undefined> {
    const target = new URL(url);
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
}

function opened<T>(socket: WebSocket, wrap: Wrap<T>, signal: AbortSignal): Promise<T> {
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
      resolve(wrap(socket));
    });
  });
}

function refusalOf({ statusCode: status = 0, headers }: IncomingMessage): Error {
  const { 'retry-after': retryAfter, date } = headers;
  const answer = { status, body: '', retryAfter, date, rate: rateReportOf(headers) };
  return errorOf(answer) ?? new UpstreamInvalidResponseError('no WebSocket');
}
