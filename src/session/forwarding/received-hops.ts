import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Caller } from '../../access/domain/caller';
import { holderPartOf } from '../../common/server/by-holder.decorator';
import { type Hop, HopProof } from '../../replica/hop-proof';
import { SessionMovingError } from '../domain/session.errors';
import { ForwardingTelemetry } from './forwarding.telemetry';

/** The header that carries the proof of a hop. */
export const PROOF_HEADER = 'x-replica-proof';

/** The requests that other replicas have forwarded to this one. */
@Injectable()
export class ReceivedHops {
  private readonly hops = new WeakMap<object, Hop>();

  constructor(
    private readonly proof: HopProof,
    private readonly telemetry: ForwardingTelemetry,
  ) {}

  /**
   * The caller that another replica vouches for. Undefined without a genuine proof: the request is handled like any
   * other, with its own credential. Throws `SessionMovingError` when the proof is genuine but not acceptable here.
   */
  receive(request: FastifyRequest): Caller | undefined {
    const header = request.raw.headers[PROOF_HEADER];
    if (typeof header !== 'string' || holderPartOf(request) === undefined) return undefined;
    const { method, url, raw } = request;
    const hop = this.proof.read({ method, url, headers: raw.headers }, header);
    if (hop === undefined) return undefined;
    if (typeof hop === 'string') {
      this.telemetry.hopRefused(hop);
      throw new SessionMovingError();
    }
    this.hops.set(request, hop);
    const { name, scopes, owner } = hop.caller;
    return new Caller(name, new Set(scopes), owner);
  }

  /** Times that the request was forwarded. */
  countOf(request: FastifyRequest): number {
    return this.hops.get(request)?.hops ?? 0;
  }

  /** Throws `SessionMovingError` when the body is not the one that the proof is of; undefined is a body to be streamed. */
  assertBody(request: FastifyRequest, body: Buffer | undefined): void {
    const hop = this.hops.get(request);
    if (hop === undefined || hop.digest === digestOf(body)) return;
    this.telemetry.hopRefused('altered');
    throw new SessionMovingError();
  }
}

/** The digest as a proof carries it: undefined for a streamed body. */
export function digestOf(body: Buffer | undefined): string | undefined {
  return body && createHash('sha256').update(body).digest('base64url');
}
