import type { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { Drain } from '../common/lifecycle/drain';
import { pause } from '../common/time/pause';
import type { Replica } from '../replica/ports/replica.store';
import { SessionMovingError } from './domain/session.errors';

/** The longest that anything takes that is handed on: a message waits for its turn and its acknowledgement. */
const TIMEOUT_MS = 75_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** What concerns one connection, or is said anew. */
const NOT_RETURNED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']);

/** A request whose body nobody has read. */
export interface ForwardedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Null when there is none. */
  readonly body: Readable | null;
}

export interface ForwardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Another replica, as far as it can be reached. */
@Injectable()
export class RemoteReplica {
  constructor(
    private readonly http: HttpService,
    private readonly drain: Drain,
  ) {}

  pause(ms: number): Promise<void> {
    return pause(ms, this.drain.signal);
  }

  async send({ address }: Replica, request: ForwardedRequest): Promise<ForwardedAnswer> {
    if (address === '') throw new SessionMovingError();
    const { method, url, headers, body } = request;
    try {
      const {
        status,
        headers: answered,
        data,
      } = await this.http.axiosRef.request<string>({
        url: address + url,
        method,
        // Axios gives every POST a type; one without a body has none.
        headers: body === null ? { ...headers, 'content-type': false } : headers,
        ...(body === null ? {} : { data: body }),
        timeout: TIMEOUT_MS,
        maxContentLength: MAX_ANSWER_BYTES,
        validateStatus: () => true,
        signal: this.drain.signal,
      });
      return { status, headers: onlyReturned(answered as Record<string, string>), body: data };
    } catch (error) {
      throw new SessionMovingError({ cause: error });
    }
  }
}

function onlyReturned(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_RETURNED.has(name)));
}
