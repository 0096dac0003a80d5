import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { DomainError } from '../../common/errors/domain.errors';
import { RequestContext } from '../../common/logging/request-context';
import { neverConnected } from '../../common/http/never-connected';
import { Spans } from '../../common/tracing/spans';
import { withDeadline } from '../../common/time/deadline';
import { HopProof } from '../../replica/hop-proof';
import { Lease } from '../../replica/ports/lease';
import type { Replica } from '../../replica/ports/replica.store';
import { accessScopeOf } from '../domain/access-scope';
import { SessionMovingError } from '../domain/session.errors';
import { digestOf, PROOF_HEADER } from './received-hops';
import {
  type ForwardedAnswer,
  ReplicaHttpClient,
  type Sender,
  type SentRequest,
} from './replica-http-client';
import { SessionLocator } from './session-locator';
import { SessionQueries } from '../session.queries';

/** A session may have changed hands again by the time a request arrives; the limit ends a loop. */
const MAX_HOPS = 3;
const FORWARDING = { kind: 'client' } as const;
/** Time-out of a request to the holder that this replica can serve as well. */
const PREFERRED_MS = 3_000;
/**
 * How long a holder may refuse connections: a replica that starts claims sessions before it listens. One that has died does so until
 * its lease runs out, which is longer than callers should wait.
 */
const CONNECTED_WITHIN_MS = 3_000;
const SERVER_ERROR = 500;
/** Request headers that the routes of a holder read. */
const FORWARDED = ['accept', 'content-type', 'content-encoding', 'idempotency-key'] as const;
const OF_BODY: ReadonlySet<string> = new Set(['content-type', 'content-encoding']);

/** A request that may have to be forwarded. */
export interface ForwardableRequest {
  readonly id: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The bytes, or an unread stream. To be called once, when there is a connection for it. */
  readonly body: () => Buffer | Readable;
  readonly caller: Caller;
  /** Times that it was forwarded before it arrived here. */
  readonly hops: number;
  readonly hungUp: AbortSignal;
}

/**
 * Forwards requests that only the holder of a session can serve. The caller was authenticated and has the scope of the
 * route; its access scope is checked here, before any lookup or wait on its behalf. The holder receives a
 * proof of the caller, never the credential.
 */
@Injectable()
export class SessionForwarding {
  constructor(
    private readonly lease: Lease,
    private readonly queries: SessionQueries,
    private readonly locator: SessionLocator,
    private readonly proof: HopProof,
    private readonly remote: ReplicaHttpClient,
  ) {}

  /** Whether there can be other holders. Otherwise this replica serves every request. */
  get isShared(): boolean {
    return this.lease.isShared;
  }

  /**
   * The answer of the holder; undefined when this replica has to serve the request itself. Throws `SessionNotFoundError`,
   * alike and at once for an unknown session and one outside the scope, `SessionMovingError` when no replica holds the session in
   * time or its holder cannot be reached (a refused connection is tried again for three seconds), `TooManyCallerForwardedError` and
   * `TooManyForwardedError`.
   */
  async forward(conversationId: string, request: ForwardableRequest): Promise<ForwardedAnswer | undefined> {
    const { caller, hops } = request;
    const givesUpAt = performance.now() + CONNECTED_WITHIN_MS;
    for (;;) {
      const session = await this.queries.get(conversationId, accessScopeOf(caller));
      const holder = await this.locator.holderOf(session, request.hungUp);
      if (holder === undefined) return undefined;
      if (hops >= MAX_HOPS) throw new SessionMovingError();
      const answer = await this.sendTo(holder, request, performance.now() >= givesUpAt);
      if (answer !== undefined) return answer;
      await this.locator.pause(request.hungUp);
    }
  }

  /** Undefined when the holder refuses connections, so that the request did not reach it, unless this is the last attempt. */
  private async sendTo(
    holder: Replica,
    request: ForwardableRequest,
    isLast: boolean,
  ): Promise<ForwardedAnswer | undefined> {
    const tried = { isStream: false };
    try {
      return await this.send(holder, request, () => {
        const sent = this.sent(request, holder);
        tried.isStream = sent.body instanceof Readable;
        return sent;
      });
    } catch (error) {
      // The bytes of a file may be in the stream no more.
      if (isLast || tried.isStream || !isRefusedConnection(error)) throw error;
      return undefined;
    }
  }

  /**
   * The answer of the holder to an idempotent request that every replica can serve; undefined when this replica has to serve
   * it, since it is the holder, there is none, or the holder did not answer within three seconds. Throws `SessionNotFoundError` like `forward`.
   */
  async forwardIfReachable(
    conversationId: string,
    request: ForwardableRequest,
  ): Promise<ForwardedAnswer | undefined> {
    const { caller, hungUp, hops } = request;
    // The replica that forwarded it has looked the session up, and the service does so again.
    if (hops > 0) return undefined;
    const session = await this.queries.get(conversationId, accessScopeOf(caller));
    const holder = await this.locator.otherHolderOf(session);
    if (holder === undefined) return undefined;
    try {
      const answer = await withDeadline(PREFERRED_MS, hungUp, (signal) =>
        this.send(holder, { ...request, hungUp: signal }, () => this.sent(request, holder)),
      );
      return answer.status < SERVER_ERROR ? answer : undefined;
    } catch (error) {
      // No place, no genuine address, no connection or no answer: this replica serves the request.
      if (error instanceof DomainError) return undefined;
      throw error;
    }
  }

  private send(
    holder: Replica,
    sender: Sender & Pick<ForwardableRequest, 'method'>,
    request: () => SentRequest,
  ): Promise<ForwardedAnswer> {
    return Spans.run(
      'replica.forward',
      async (span) => {
        span.set('http.request.method', sender.method);
        const answer = await this.remote.send(holder, sender, request);
        span.set('http.response.status_code', answer.status);
        return answer;
      },
      FORWARDING,
    );
  }

  private sent(request: ForwardableRequest, holder: Replica): SentRequest {
    const { method, caller } = request;
    const body = request.body();
    const url = targetOf(request.url);
    const isEmpty = !(body instanceof Readable) && body.length === 0;
    const headers = { ...headersOf(request, isEmpty), ...lengthOf(body, request) };
    const { name, owner, scopes } = caller;
    const digest = digestOf(body instanceof Readable ? undefined : body);
    const hop = {
      caller: { name, owner, scopes: [...scopes] },
      hops: request.hops + 1,
      ...(digest === undefined ? {} : { digest }),
    };
    const proof = this.proof.sign({ method, url, headers }, hop, holder.id);
    return { method, url, headers: { ...headers, [PROOF_HEADER]: proof }, body: isEmpty ? null : body };
  }
}

function isRefusedConnection(error: unknown): boolean {
  return error instanceof SessionMovingError && neverConnected(error.cause);
}

/** Path and query, encoded as a client of the URL standard sends them: what arrives is what the proof is of. */
function targetOf(url: string): string {
  if (!url.startsWith('/')) throw new SessionMovingError();
  const { pathname, search } = new URL(`http://replica${url}`);
  return pathname + search;
}

/** A body that is empty has no type and no coding, whatever the client declares. */
function headersOf({ id, headers }: ForwardableRequest, isEmpty: boolean): Record<string, string> {
  const forwarded: Record<string, string> = { 'x-request-id': id, ...RequestContext.traceHeaders };
  for (const name of FORWARDED) {
    const value = headers[name];
    if (typeof value === 'string' && !(isEmpty && OF_BODY.has(name))) forwarded[name] = value;
  }
  return forwarded;
}

function lengthOf(body: Buffer | Readable, { headers }: ForwardableRequest): Record<string, string> {
  if (!(body instanceof Readable)) return body.length === 0 ? {} : { 'content-length': String(body.length) };
  const length = headers['content-length'];
  return typeof length === 'string' ? { 'content-length': length } : {};
}
