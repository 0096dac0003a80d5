import type { Readable } from 'node:stream';
import { HttpException, HttpStatus, Injectable } from '@nestjs/common';
import type { Caller } from '../../access/domain/caller';
import { HttpClient } from '../../common/http/http-client';
import { Drain } from '../../common/lifecycle/drain';
import { CallerBulkhead, type ReleasePlace } from '../../common/limits/caller-bulkhead';
import { withAnySignal } from '../../common/time/any-signal';
import { AccessConfig } from '../../config/access.config';
import { MAX_FORWARDED, ReplicaConfig } from '../../config/replica.config';
import { AddressSigner } from '../../replica/address-signer';
import type { Replica } from '../../replica/ports/replica.store';
import {
  SessionMovingError,
  TooManyCallerForwardedError,
  TooManyForwardedError,
} from '../domain/session.errors';
import { ForwardingTelemetry } from './forwarding.telemetry';

/** Time-out of a forwarded request: a message may wait for its rate limit and its acknowledgement. */
const TIMEOUT_MS = 75_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
const UNAUTHORIZED: number = HttpStatus.UNAUTHORIZED;
/** Response headers that are passed on. This replica sets those of the connection and of the caller itself. */
const RETURNED = ['content-type', 'cache-control', 'etag', 'location', 'retry-after', 'idempotency-replayed'];

/** A request as another replica receives it. */
export interface SentRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | Readable | null;
}

export interface ForwardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The sender of a request, and the signal that it waits for the answer no longer. */
export interface Sender {
  readonly caller: Caller;
  readonly hungUp: AbortSignal;
}

/**
 * The connections to other replicas. Sends only to addresses with a genuine signature. Requests in flight are limited, in all
 * and per caller, so that no caller can take every connection. The only caller that can change sessions, and those that
 * need no credential, have all.
 */
@Injectable()
export class ReplicaHttpClient {
  private readonly shares = new CallerBulkhead(MAX_FORWARDED);

  constructor(
    private readonly http: HttpClient,
    private readonly drain: Drain,
    private readonly signer: AddressSigner,
    private readonly telemetry: ForwardingTelemetry,
    private readonly config: ReplicaConfig,
    private readonly access: AccessConfig,
  ) {}

  /**
   * Throws `TooManyCallerForwardedError`, `TooManyForwardedError`, `SessionMovingError` when the replica cannot be
   * reached or its address is not genuine, and what the body throws about its caller, such as a time-out. The request is
   * made once there is a place for it.
   */
  async send(
    replica: Replica,
    { caller, hungUp }: Sender,
    request: () => SentRequest,
  ): Promise<ForwardedAnswer> {
    this.assertGenuine(replica);
    const release = this.acquire(caller);
    try {
      const sent = request();
      return await withAnySignal([hungUp, this.drain.signal], (signal) =>
        this.exchange(replica.address, sent, signal),
      );
    } finally {
      release();
    }
  }

  private acquire(caller: Caller): ReleasePlace {
    const share = this.shareOf(caller);
    const place = this.shares.tryAcquire(caller.name, share);
    if (typeof place !== 'string') return place;
    this.telemetry.limited(place === 'share' ? 'caller' : 'all');
    throw place === 'share' ? new TooManyCallerForwardedError(share) : new TooManyForwardedError();
  }

  /** Every forwarded request is of a route with one of these scopes. */
  private shareOf(caller: Caller): number {
    const isShared =
      !caller.isAnonymous && this.access.isShared('messages.write', 'sessions.write', 'sessions.end');
    return isShared ? this.config.forwardedPerCaller : MAX_FORWARDED;
  }

  private assertGenuine(replica: Replica): void {
    if (replica.address !== '' && this.signer.isGenuine(replica)) return;
    if (replica.address !== '')
      this.telemetry.addressRefused(replica.signature === '' ? 'unsigned' : 'forged');
    throw new SessionMovingError();
  }

  private async exchange(
    address: string,
    { method, url, headers, body }: SentRequest,
    signal: AbortSignal,
  ): Promise<ForwardedAnswer> {
    const answer = await this.http
      .send({
        method,
        url: address + url,
        headers,
        body: body ?? undefined,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_ANSWER_BYTES,
        signal,
      })
      .catch((error: unknown) => {
        throw error instanceof HttpException ? error : new SessionMovingError({ cause: error });
      });
    if (answer.status === UNAUTHORIZED) {
      this.telemetry.proofRefused();
      throw new SessionMovingError();
    }
    return { ...answer, headers: returnedOf(answer.headers) };
  }
}

function returnedOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const returned: Record<string, string> = {};
  for (const name of RETURNED) {
    const value = headers[name];
    if (typeof value === 'string') returned[name] = value;
  }
  return returned;
}
