import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Fault, FloodFault } from '../fault';
import { Answer } from '../server/answer';
import { Exchange } from '../server/exchange';
import { TimerSet } from '../server/timer-set';
import {
  EMPTY_ANSWER,
  FILLER_ANSWER,
  GARBAGE_ANSWER,
  redirectAnswer,
  statusAnswer,
  WRONG_TYPES_ANSWER,
} from './fault-answers';
import { flood } from './flood';

const SHORTEST_TRICKLE_MS = 10;
const HEAD_START_MS = 20;
const MAIL_GREETING = '220 mail.example.com ESMTP\r\n';

/**
 * Plays faults on the wire. A connection that a fault leaves open stays open until the client leaves or the server
 * closes; the player waits for neither.
 */
export class FaultPlayer {
  constructor(private readonly timers: TimerSet) {}

  play(fault: Fault, exchange: Exchange): void {
    if ('effect' in fault && fault.effect === 'after') exchange.takeEffect();
    switch (fault.kind) {
      case 'black-hole':
      case 'hang-before-headers':
      case 'informational':
      case 'hang-up':
      case 'not-http':
        playNoAnswer(fault.kind, exchange);
        return;
      case 'status':
        exchange.send(statusAnswer(fault, exchange.failure(fault.status, retryAfterOf(fault.retryAfter))));
        return;
      case 'delay':
        this.timers.after(fault.ms, () => {
          exchange.send(exchange.takeEffect());
        });
        return;
      case 'garbage':
        exchange.send(GARBAGE_ANSWER);
        return;
      case 'empty':
        exchange.send(EMPTY_ANSWER);
        return;
      case 'wrong-types':
        exchange.send(WRONG_TYPES_ANSWER);
        return;
      case 'redirect':
        exchange.send(redirectAnswer(fault));
        return;
      case 'truncated-json':
      case 'hang-after-headers':
      case 'trickle':
      case 'reset':
      case 'reset-mid-body':
      case 'huge':
      case 'gzip-bomb':
        this.playSpoiledBody(fault, exchange);
    }
  }

  private playSpoiledBody(fault: SpoiledBodyFault, exchange: Exchange): void {
    const answer = exchange.taken?.body ? exchange.taken : FILLER_ANSWER;
    switch (fault.kind) {
      case 'truncated-json':
        exchange.send({ ...answer, body: firstHalf(answer.body) });
        return;
      case 'hang-after-headers':
        if (beginWithFullLength(exchange, answer)) exchange.response.flushHeaders();
        return;
      case 'trickle':
        this.trickle(exchange, answer, fault.bytesPerSecond ?? 1);
        return;
      case 'reset':
        exchange.reset();
        return;
      case 'reset-mid-body':
        this.resetMidBody(exchange, answer);
        return;
      case 'huge':
      case 'gzip-bomb':
        sendFlood(exchange, fault);
    }
  }

  private trickle(exchange: Exchange, answer: Answer, bytesPerSecond: number): void {
    if (!beginWithFullLength(exchange, answer)) return;
    const body = Buffer.from(answer.body);
    const everyMs = Math.max(SHORTEST_TRICKLE_MS, 1000 / bytesPerSecond);
    const step = Math.max(1, Math.round((bytesPerSecond * everyMs) / 1000));
    const drip = (from: number): void => {
      if (exchange.isGone) return;
      const next = from + step;
      exchange.response.write(body.subarray(from, next));
      if (next >= body.length) exchange.response.end();
      else
        this.timers.after(everyMs, () => {
          drip(next);
        });
    };
    drip(0);
  }

  private resetMidBody(exchange: Exchange, answer: Answer): void {
    if (!beginWithFullLength(exchange, answer)) return;
    exchange.response.write(firstHalf(answer.body), () => {
      // A reset may overtake data in flight, and the client has to receive the first half.
      this.timers.after(HEAD_START_MS, () => {
        exchange.reset();
      });
    });
  }
}

function playNoAnswer(kind: NoAnswer, exchange: Exchange): void {
  if (kind === 'informational') exchange.sendInformational();
  if (kind === 'hang-up') exchange.closeCleanly();
  if (kind === 'not-http') exchange.closeCleanly(MAIL_GREETING);
}

type NoAnswer = 'black-hole' | 'hang-before-headers' | 'informational' | 'hang-up' | 'not-http';

type SpoiledBodyFault = Extract<
  Fault,
  {
    kind:
      'truncated-json' | 'hang-after-headers' | 'trickle' | 'reset' | 'reset-mid-body' | 'huge' | 'gzip-bomb';
  }
>;

/** Announces the length of the whole body, so that a client notices that a part is missing. */
function beginWithFullLength(exchange: Exchange, { status, headers, body }: Answer): boolean {
  return exchange.begin(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
}

function sendFlood(exchange: Exchange, { kind, bytes, status = 200 }: FloodFault): void {
  const headers = { 'content-type': 'application/json' };
  // Most floods end because the client leaves early; that is not an error of this server.
  const ended = (): void => undefined;
  if (kind === 'huge') {
    if (exchange.begin(status, headers)) pipeline(Readable.from(flood(bytes)), exchange.response, ended);
  } else if (exchange.begin(status, { ...headers, 'content-encoding': 'gzip' })) {
    pipeline(Readable.from(flood(bytes)), createGzip(), exchange.response, ended);
  }
}

function retryAfterOf(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function firstHalf(body: string): string {
  return body.slice(0, Math.ceil(body.length / 2));
}
