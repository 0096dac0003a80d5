import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ScopeName } from '../common/access/scope';
import { ExpiringCache } from '../common/expiring-cache';
import { Clock } from '../common/time/clock';
import { StorageConfig } from '../config/storage.config';
import { DataKeyHmac } from './data-key-hmac';
import { Lease } from './ports/lease';

/** The time that a forwarded request may be on its way. */
const VALID_MS = 30_000;
/** The clocks of replicas differ by up to a second: if the sender's is ahead, a proof is valid for longer. */
const REMEMBERED_MS = 2 * VALID_MS;
/** More than the requests that a replica receives from others within that time. */
const MAX_REMEMBERED = 200_000;
const PROOF = /^([\w-]+)\.([\w-]+)$/;
/** Headers that change the meaning of a request. */
const BOUND_HEADERS = ['content-type', 'content-length', 'content-encoding', 'idempotency-key'] as const;

/** The part of a request that a proof is bound to. */
export interface ProvenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The statement of a replica about a request that it forwards. */
export interface Hop {
  /** The caller that the replica has authenticated and authorized. */
  readonly caller: {
    readonly name: string;
    readonly owner: string;
    readonly scopes: readonly ScopeName[];
  };
  /** Times that the request was forwarded, this time included. */
  readonly hops: number;
  /** SHA-256 of the body; absent for a file, which is not read before it is forwarded. */
  readonly digest?: string;
}

/** A genuine proof that this replica does not accept: too late, for another replica, or for the second time. */
export type HopRefusal = 'expired' | 'misdirected' | 'replayed';

interface Statement extends Hop {
  readonly to: string;
  readonly until: number;
  readonly nonce: string;
}

/**
 * Proves to the receiver of a forwarded request which caller sent it, in place of the caller's credential. A proof is a
 * signed statement, bound to method, path, query, headers that matter, the receiver and a time; each is accepted once.
 */
@Injectable()
export class HopProof {
  private readonly hmac: DataKeyHmac;
  private readonly seen = new ExpiringCache<object>(REMEMBERED_MS, MAX_REMEMBERED);

  constructor(
    { dataKeys }: StorageConfig,
    private readonly clock: Clock,
    private readonly lease: Lease,
  ) {
    this.hmac = new DataKeyHmac(dataKeys, 'guest-sessions hop v1');
  }

  /** `to` is the id of the receiver. */
  sign(request: ProvenRequest, hop: Hop, to: string): string {
    const statement: Statement = { ...hop, to, until: this.clock.now() + VALID_MS, nonce: randomUUID() };
    const payload = Buffer.from(JSON.stringify(statement)).toString('base64url');
    return `${payload}.${this.hmac.sign(textOf(request, payload))}`;
  }

  /** Undefined without a genuine proof. */
  read(request: ProvenRequest, proof: string | undefined): Hop | HopRefusal | undefined {
    const [, payload = '', signature = ''] = PROOF.exec(proof ?? '') ?? [];
    if (payload === '' || !this.hmac.isGenuine(textOf(request, payload), signature)) return undefined;
    const statement = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Statement;
    if (statement.until < this.clock.now()) return 'expired';
    if (statement.to !== this.lease.holder) return 'misdirected';
    return this.isFirst(statement.nonce) ? statement : 'replayed';
  }

  private isFirst(nonce: string): boolean {
    const mine = {};
    return this.seen.get(nonce, () => mine) === mine;
  }
}

/** None of the parts can hold a line break. */
function textOf({ method, url, headers }: ProvenRequest, payload: string): string {
  return [method, url, ...BOUND_HEADERS.map((name) => boundValueOf(headers, name)), payload].join('\n');
}

/** A client may declare an empty body by a length of zero or by no length. */
function boundValueOf(headers: ProvenRequest['headers'], name: (typeof BOUND_HEADERS)[number]): string {
  const value = String(headers[name] ?? '');
  return name === 'content-length' && value === '0' ? '' : value;
}
