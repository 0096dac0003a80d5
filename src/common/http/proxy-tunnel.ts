import { once } from 'node:events';
import {
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';
import type { Resolve } from '../names/name-resolver';
import { connectOptions } from '../names/socket-lookup';
import { ProxyRefusedError, ProxyUnreachableError } from './outbound.errors';
import { endpointOf, type Target } from './proxy-rules';

export interface TunnelOptions {
  readonly resolve: Resolve;
  /** Bounds connecting to the proxy and waiting for its answer. */
  readonly signal: AbortSignal;
}

/**
 * A connection to a target through a proxy (`CONNECT`), over which nothing has been sent yet. Rejects with
 * `ProxyRefusedError` when the proxy answers anything but 2xx, and with `ProxyUnreachableError` when it does not answer.
 */
export async function openTunnel(proxy: URL, target: Target, options: TunnelOptions): Promise<Socket> {
  const [response, socket, head] = await answerOf(proxy, target, options);
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) {
    socket.on('error', () => undefined).destroy();
    throw new ProxyRefusedError(status);
  }
  if (head.length > 0) socket.unshift(head);
  return socket;
}

type ProxyAnswer = [response: IncomingMessage, socket: Socket, head: Buffer];

async function answerOf(proxy: URL, target: Target, options: TunnelOptions): Promise<ProxyAnswer> {
  try {
    const request = connectRequest(proxy, target, options);
    // Proxies that refuse CONNECT altogether may answer it like a request of another method.
    request.on('response', (response) => request.emit('connect', response, response.socket, Buffer.alloc(0)));
    return (await once(request, 'connect')) as ProxyAnswer;
  } catch (error) {
    const { signal } = options;
    throw new ProxyUnreachableError((signal.aborted ? signal.reason : error) as Error);
  }
}

function connectRequest(proxy: URL, target: Target, { resolve, signal }: TunnelOptions): ClientRequest {
  const { host, port } = endpointOf(target);
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const isSecure = proxy.protocol === 'https:';
  const { host: hostname, port: proxyPort } = endpointOf(proxy);
  const options: RequestOptions & ReturnType<typeof connectOptions> & { servername?: string } = {
    method: 'CONNECT',
    hostname,
    port: proxyPort,
    path: authority,
    headers: { host: authority, ...authorizationOf(proxy) },
    agent: false,
    signal,
    ...connectOptions(resolve),
    ...(isSecure && isIP(hostname) === 0 ? { servername: hostname } : {}),
  };
  const request = (isSecure ? httpsRequest : httpRequest)(options);
  request.end();
  return request;
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
