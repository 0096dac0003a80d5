import { messageOf } from '../errors/failure-text';

/** The total time of an outbound request was over before its answer was complete. */
export class OutboundTimeoutError extends Error {
  constructor(readonly timeoutMs: number) {
    super(`No complete answer within ${timeoutMs} ms`);
    this.name = OutboundTimeoutError.name;
  }
}

/** The answer was longer than what is read of an answer. */
export class OutboundTooLargeError extends Error {
  constructor(
    readonly maxBytes: number,
    readonly status: number,
    readonly headers: Readonly<Record<string, unknown>> = {},
  ) {
    super(`The answer is longer than ${maxBytes} bytes`);
    this.name = OutboundTooLargeError.name;
  }
}

/** The body is of a content coding that was not asked for, or its bytes are not of the coding that it names. */
export class OutboundCodingError extends Error {
  constructor(options?: ErrorOptions) {
    super('The content coding of the answer cannot be decoded', options);
    this.name = OutboundCodingError.name;
  }
}

/** The address to connect to is not globally routable, and nothing was sent there. The message names neither. */
export class EgressForbiddenError extends Error {
  constructor(readonly host: string) {
    super('The address is not globally routable');
    this.name = EgressForbiddenError.name;
  }
}

/** The proxy did not let the connection through, and nothing was sent to its target. */
export class ProxyRefusedError extends Error {
  readonly code = 'ERR_PROXY_REFUSED';

  constructor(readonly status: number) {
    super(`The proxy answered CONNECT with status ${status}`);
    this.name = ProxyRefusedError.name;
  }
}

/** The proxy could not be connected to, or closed or kept silent instead of answering; nothing was sent to its target. */
export class ProxyUnreachableError extends Error {
  readonly code = 'ERR_PROXY_UNREACHABLE';

  constructor(cause: Error) {
    super(`The proxy has opened no tunnel: ${messageOf(cause)}`, { cause });
    this.name = ProxyUnreachableError.name;
  }
}
