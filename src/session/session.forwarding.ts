import { Injectable } from '@nestjs/common';
import { ForwardingSeal } from '../replica/forwarding-seal';
import { Lease } from '../replica/ports/lease';
import { type Replica, ReplicaStore } from '../replica/ports/replica.store';
import { isConversationId } from './domain/conversation-id';
import { SessionMovingError } from './domain/session.errors';
import { SessionStore } from './ports/session.store';
import { type ForwardedAnswer, type ForwardedRequest, RemoteReplica } from './remote-replica';

/** How long a request waits while its session changes hands. */
const PATIENCE_MS = 12_000;
const LOOK_EVERY_MS = 250;
const SEAL = 'x-replica-seal';
/** What concerns one connection, or is said anew. */
const NOT_FORWARDED = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  SEAL,
]);

/**
 * Hands requests on that only the holder of a session can serve. Who the caller is and what it may do is for the
 * holder to find out, as of any request; a request is handed on once.
 */
@Injectable()
export class SessionForwarding {
  constructor(
    private readonly sessions: SessionStore,
    private readonly replicas: ReplicaStore,
    private readonly lease: Lease,
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
    const isForwarded = this.seal.isValid(textOf(headers[SEAL]), method, url);
    const holder = await this.holderOf(conversationId, isForwarded ? 0 : PATIENCE_MS);
    if (holder === undefined) return undefined;
    if (isForwarded) throw new SessionMovingError();
    const sent = { ...onlyForwarded(headers), [SEAL]: this.seal.sign(method, url) };
    return this.remote.send(holder, {
      ...request,
      headers: sent,
      body: hasBody(headers) ? request.body : null,
    });
  }

  /** Undefined when it is this replica, or there is no session that anybody would have to hold. */
  private async holderOf(conversationId: string, patienceMs: number): Promise<Replica | undefined> {
    const givesUpAt = performance.now() + patienceMs;
    for (;;) {
      const session = await this.sessions.find(conversationId);
      if (session?.state !== 'active' || session.snapshot.holder === this.lease.holder) return undefined;
      const live = await this.replicas.live();
      const holder = live.find(({ id }) => id === session.snapshot.holder);
      if (holder !== undefined) return holder;
      if (performance.now() >= givesUpAt) throw new SessionMovingError();
      await this.remote.pause(LOOK_EVERY_MS);
    }
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
