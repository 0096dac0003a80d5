import { Injectable } from '@nestjs/common';
import { ForwardingSeal } from '../replica/forwarding-seal';
import { Lease } from '../replica/ports/lease';
import { isConversationId } from './domain/conversation-id';
import { SessionMovingError } from './domain/session.errors';
import { type ForwardedAnswer, type ForwardedRequest, RemoteReplica } from './remote-replica';
import { SessionLocator } from './session.locator';

/** A session may have changed hands again by the time a request arrives; a request that goes round in circles ends. */
const MAX_HOPS = 3;
const SEAL = 'x-replica-seal';
/**
 * Headers of one connection, and those that are set again. `Origin` and `Sec-Fetch-Site` are about the host that the
 * caller addressed: the first replica has judged by them.
 */
const NOT_FORWARDED = new Set([
  'host',
  'origin',
  'sec-fetch-site',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  SEAL,
]);

/**
 * Hands requests on that only the holder of a session can serve. Who the caller is and what it may do is for the
 * holder to find out, as of any request.
 */
@Injectable()
export class SessionForwarding {
  constructor(
    private readonly lease: Lease,
    private readonly locator: SessionLocator,
    private readonly seal: ForwardingSeal,
    private readonly remote: RemoteReplica,
  ) {}

  /**
   * The answer of the holder; undefined when the request is this replica's own to serve. Throws `SessionMovingError`
   * when nobody holds the session in time, or its holder cannot be reached.
   */
  async forward(conversationId: string, request: ForwardedRequest): Promise<ForwardedAnswer | undefined> {
    if (!this.lease.isShared || !isConversationId(conversationId)) return undefined;
    const { method, url, headers } = request;
    const holder = await this.locator.holderOf(conversationId);
    if (holder === undefined) return undefined;
    const hops = this.seal.hopsOf(textOf(headers[SEAL]), method, url);
    if (hops >= MAX_HOPS) throw new SessionMovingError();
    const sent = { ...onlyForwarded(headers), [SEAL]: this.seal.sign(method, url, hops + 1) };
    return this.remote.send(holder, {
      ...request,
      headers: sent,
      body: hasBody(headers) ? request.body : null,
    });
  }
}

/** RFC 9112, 6.3: a request without either has no body. */
function hasBody(headers: ForwardedRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function onlyForwarded(headers: ForwardedRequest['headers']): ForwardedRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name)));
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
