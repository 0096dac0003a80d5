import { membersOf } from '../errors/failure-text';

/** Failures before there was a connection, by their codes. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EPROTO',
  'ERR_PROXY_REFUSED',
  'ERR_PROXY_UNREACHABLE',
]);

/** System calls that come before a connection, whatever they fail with: a connect may time out by itself. */
const BEFORE_A_CONNECTION: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);

/** How Node names what goes wrong in a TLS handshake, certificates that are not trusted among it. */
const TLS_FAILURE = /CERT|^ERR_(SSL|TLS)_|^UNABLE_TO_/;

/** Whether a request failed before there was a connection to send it on: nothing of it has left. */
export function neverConnected(failure: unknown): boolean {
  const members = membersOf(failure);
  if (members.length > 0) return members.every(neverConnected);
  if (typeof failure !== 'object' || failure === null) return false;
  const code = 'code' in failure ? String(failure.code) : '';
  const syscall = 'syscall' in failure ? failure.syscall : undefined;
  return BEFORE_A_CONNECTION.has(syscall) || NEVER_CONNECTED.has(code) || TLS_FAILURE.test(code);
}
