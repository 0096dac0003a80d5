import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';
import type { Resolve } from '../names/name-resolver';
import { connectOptions } from '../names/socket-lookup';
import { ProxyRefusedError } from './outbound.errors';

export interface TunnelOptions {
  readonly resolve: Resolve;
  /** For connecting to the proxy, and for its answer. */
  readonly signal: AbortSignal;
}

/**
 * A connection to a host and port through a proxy (`CONNECT`), over which nothing has been sent yet. Rejects with
 * `ProxyRefusedError` when the proxy answers anything but 2xx.
 */
export async function openTunnel(
  proxy: URL,
  { host, port }: { readonly host: string; readonly port: number },
  { resolve, signal }: TunnelOptions,
): Promise<Socket> {
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const isSecure = proxy.protocol === 'https:';
  const hostname = proxy.hostname.replace(/^\[|\]$/g, '');
  const options: RequestOptions & ReturnType<typeof connectOptions> & { servername?: string } = {
    method: 'CONNECT',
    hostname,
    port: proxy.port === '' ? (isSecure ? 443 : 80) : proxy.port,
    path: authority,
    headers: { host: authority, ...authorizationOf(proxy) },
    agent: false,
    signal,
    ...connectOptions(resolve),
    ...(isSecure && isIP(hostname) === 0 ? { servername: hostname } : {}),
  };
  const request = (isSecure ? httpsRequest : httpRequest)(options);
  request.end();
  // Proxies that refuse CONNECT altogether may answer it like a request of another method.
  request.on('response', (response) => request.emit('connect', response, response.socket, Buffer.alloc(0)));
  const [response, socket, head] = (await once(request, 'connect')) as [IncomingMessage, Socket, Buffer];
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) {
    socket.on('error', () => undefined).destroy();
    throw new ProxyRefusedError(status);
  }
  if (head.length > 0) socket.unshift(head);
  return socket;
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
