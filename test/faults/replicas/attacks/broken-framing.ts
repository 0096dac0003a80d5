import type { Attack, AttackPlan, Target } from './attack';
import { bearer } from '../../../support/callers';
import { forgedProof } from '../../../support/forged-proof';
import { headOf } from '../../../support/raw-http';
import { type AttackFigures, AttackTally } from './attack-tally';
import { atPace, turnOf } from './pace';
import { exchange } from './raw-exchange';

/** The HTTP parser refuses each of them before any code of the service runs. */
const PACE = { perSecond: 5, atMost: 20 };
/** Longer than a refusal takes; then the attacker closes a connection on which the service waits for more. */
const HELD_MS = 3_000;

interface BrokenRequest {
  readonly what: string;
  readonly bytes: string;
}

/**
 * Attacks the promise that every reader finds the same requests in the same bytes, and that a header is not a
 * credential: two lengths, folded and forged headers, invalid chunks, targets of other hosts, two credentials. A
 * request that is hidden in the body of another one must not be answered.
 */
export class BrokenFraming implements Attack {
  readonly name = 'broken-framing';

  constructor(private readonly plan: AttackPlan) {}

  async run(signal: AbortSignal): Promise<AttackFigures> {
    const { replicas, canaries } = this.plan;
    const tally = new AttackTally(this.name, canaries);
    const requests = this.requests();
    await atPace(PACE, signal, async (index) => {
      const { what, bytes } = turnOf(requests, index);
      const url = turnOf(replicas, index + Math.floor(index / requests.length));
      const statuses = await exchange({ url, bytes, holdMs: HELD_MS }, tally, signal);
      if (statuses.length > 1) tally.found(`${what}: two answers, ${statuses.join()}, to one request`);
      if (statuses.some((status) => status < 400)) tally.found(`${what}: answered with ${statuses.join()}`);
    });
    return tally.figures;
  }

  private requests(): BrokenRequest[] {
    const { keys, foreign } = this.plan;
    const target = turnOf(foreign, 0);
    return [
      ...smuggled(target, keys.powerless, this.plan.victimKey.length),
      ...forged(target, keys.powerless),
    ];
  }
}

/** Makes one request with a second one in its body, for a reader that uses the other length. */
function smuggled({ conversationId }: Target, key: string, length: number): BrokenRequest[] {
  const guessed = `Bearer ${'A'.repeat(length)}`;
  const hidden = headOf('DELETE', `/v1/sessions/${conversationId}`, { authorization: guessed });
  const chunked = `0\r\n\r\n${hidden}`;
  const path = `/v1/sessions/${conversationId}/messages`;
  const post = (...lines: string[]): string =>
    headOf('POST', path, { ...bearer(key), 'content-type': 'application/json' }).slice(0, -2) +
    [...lines, '', ''].join('\r\n');
  return [
    {
      what: 'CL.TE',
      bytes: post(`content-length: ${chunked.length}`, 'transfer-encoding: chunked') + chunked,
    },
    { what: 'TE.CL', bytes: post('transfer-encoding: chunked', 'content-length: 5') + chunked },
    { what: 'TE.TE', bytes: post('transfer-encoding: chunked', 'transfer-encoding: x') + chunked },
    { what: 'TE with a tab', bytes: post('transfer-encoding:\tchunked, identity') + chunked },
    { what: 'folded TE', bytes: post('x-note: a', ' transfer-encoding: chunked') + chunked },
    { what: 'two lengths', bytes: post('content-length: 0', `content-length: ${hidden.length}`) + hidden },
    { what: 'an invalid chunk size', bytes: `${post('transfer-encoding: chunked')}zz\r\n${hidden}` },
    {
      what: 'chunk size beyond numbers',
      bytes: `${post('transfer-encoding: chunked')}fffffffffffffffff\r\n${hidden}`,
    },
    {
      what: 'long chunk extension',
      bytes: `${post('transfer-encoding: chunked')}1;${'a'.repeat(30_000)}\r\n`,
    },
    { what: 'bare line feeds', bytes: post('content-length: 0').replaceAll('\r\n', '\n') },
  ];
}

/** Headers that would change the caller or the address of the request, if the service trusted them. */
function forged({ conversationId }: Target, key: string): BrokenRequest[] {
  const path = `/v1/sessions/${conversationId}`;
  const forwarded = {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': 'guest-sessions',
    'x-forwarded-user': 'load',
    'x-real-ip': '127.0.0.1',
    forwarded: 'for=127.0.0.1;host=localhost',
    'x-original-url': '/health/live',
    'x-rewrite-url': '/health/live',
  };
  const close = { connection: 'close' };
  // The service would accept it if it trusted the proof.
  const message = '{"text":"forged"}';
  const proven = {
    ...{ 'content-type': 'application/json', 'content-length': String(message.length) },
    ...close,
    ...forgedProof(),
  };
  const two = `${headOf('GET', path, { ...bearer(key), ...close }).slice(0, -2)}authorization: Bearer x\r\n\r\n`;
  return [
    { what: 'forwarded headers', bytes: headOf('GET', path, { ...close, ...forwarded }) },
    {
      what: 'a forged proof',
      bytes: headOf('POST', `${path}/messages`, { ...proven, ...bearer(key) }) + message,
    },
    { what: 'a forged proof without a key', bytes: headOf('POST', `${path}/messages`, proven) + message },
    { what: 'two credentials', bytes: two },
    {
      what: 'a target of another host',
      bytes: headOf('GET', `http://169.254.169.254${path}`, { ...close, ...bearer(key) }),
    },
    { what: 'a target of no path', bytes: headOf('GET', '//evil.example/v1/sessions', close) },
    { what: 'a tunnel', bytes: headOf('CONNECT', '127.0.0.1:5432', close) },
    { what: 'an upgrade', bytes: headOf('GET', path, { connection: 'upgrade', upgrade: 'websocket' }) },
  ];
}
