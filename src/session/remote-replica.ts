import type { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import { HttpStatus, Injectable } from '@nestjs/common';
import { Drain } from '../common/lifecycle/drain';
import { CallerShares } from '../common/limits/caller-shares';
import { withAnySignal } from '../common/time/any-signal';
import { pause } from '../common/time/pause';
import { MAX_FORWARDED, ReplicaConfig } from '../config/replica.config';
import { AddressSeal } from '../replica/address-seal';
import type { Replica } from '../replica/ports/replica.store';
import { SessionMovingError, TooManyForwardedError } from './domain/session.errors';
import { ForwardingTelemetry } from './forwarding.telemetry';

/** The longest that anything takes that is handed on: a message waits for its turn and its acknowledgement. */
const TIMEOUT_MS = 75_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
const UNAUTHORIZED: number = HttpStatus.UNAUTHORIZED;
/** Response headers of the routes that only a holder serves. Those of the connection and of the caller are set here. */
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

/** The sender of a request: by its share, and by the signal that it waits for the answer no longer. */
export interface Sender {
  readonly caller: string;
  readonly hungUp: AbortSignal;
}

/**
 * The connections to other replicas. Sends only to addresses with a genuine seal. Requests under way are limited, in all
 * and per caller, so that no caller can take every connection.
 */
@Injectable()
export class RemoteReplica {
  private readonly shares: CallerShares;

  constructor(
    private readonly http: HttpService,
    private readonly drain: Drain,
    private readonly seal: AddressSeal,
    private readonly telemetry: ForwardingTelemetry,
    { forwardedPerCaller }: ReplicaConfig,
  ) {
    this.shares = new CallerShares(MAX_FORWARDED, forwardedPerCaller);
  }

  pause(ms: number): Promise<void> {
    return pause(ms, this.drain.signal);
  }

  /**
   * Throws `TooManyForwardedError` when the caller has no place left, and `SessionMovingError` when the replica cannot be
   * reached or its address is not genuine. The request is made once there is a place for it.
   */
  async send(
    replica: Replica,
    { caller, hungUp }: Sender,
    request: () => SentRequest,
  ): Promise<ForwardedAnswer> {
    this.assertGenuine(replica);
    const release = this.shares.tryAcquire(caller);
    if (typeof release === 'string') {
      this.telemetry.limited(release);
      throw new TooManyForwardedError(release);
    }
    try {
      const sent = request();
      return await withAnySignal([hungUp, this.drain.signal], (signal) =>
        this.exchange(replica.address, sent, signal),
      );
    } finally {
      release();
    }
  }

  private assertGenuine(replica: Replica): void {
    if (replica.address !== '' && this.seal.isGenuine(replica)) return;
    if (replica.address !== '') this.telemetry.addressRefused(replica.seal === '' ? 'unsealed' : 'forged');
    throw new SessionMovingError();
  }

  private async exchange(
    address: string,
    { method, url, headers, body }: SentRequest,
    signal: AbortSignal,
  ): Promise<ForwardedAnswer> {
    const {
      status,
      headers: answered,
      data,
    } = await this.http.axiosRef
      .request<string>({
        url: address + url,
        method,
        // Axios gives a request without them types of its own.
        headers: { 'content-type': false, accept: false, ...headers },
        ...(body === null ? {} : { data: body }),
        timeout: TIMEOUT_MS,
        maxContentLength: MAX_ANSWER_BYTES,
        validateStatus: () => true,
        signal,
      })
      .catch((error: unknown) => {
        throw new SessionMovingError({ cause: error });
      });
    if (status === UNAUTHORIZED) {
      this.telemetry.proofRefused();
      throw new SessionMovingError();
    }
    return { status, headers: returnedOf(answered), body: data };
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
