import { randomBytes, randomUUID } from 'node:crypto';
import type { Attack, AttackPlan } from './attack';
import { type AttackFigures, AttackTally } from './attack-tally';
import { atPace, turnOf } from './pace';
import { PlainClient } from './plain-client';

/**
 * A refusal should cost less than half a millisecond, so that this rate is a twentieth of a core; no quota limits it.
 */
const PACE = { perSecond: 100, atMost: 100 };
const PATHS = ['/v1/sessions', '/v1/events', '/v1/audit/export', `/v1/sessions/${randomUUID()}`, '/metrics'];
const LONG = 8_000;

/**
 * Attacks the promise that an unauthenticated client costs little CPU time and few log lines: requests without
 * credentials, with invalid tokens or keys, and with request ids of the maximum logged length.
 */
export class WithoutCredentials implements Attack {
  readonly name = 'without-credentials';

  constructor(private readonly plan: AttackPlan) {}

  async run(signal: AbortSignal): Promise<AttackFigures> {
    const { replicas, canaries } = this.plan;
    const tally = new AttackTally(this.name, canaries);
    await using client = new PlainClient(tally, signal);
    await atPace(PACE, signal, async (index) => {
      const path = turnOf(PATHS, index);
      const status = await client.ask(turnOf(replicas, index), { path, headers: headersAt(index) });
      if (status !== undefined && status < 400) tally.found(`${path} was answered with ${status}`);
    });
    return tally.figures;
  }
}

function headersAt(index: number): Record<string, string> {
  const requestId = { 'x-request-id': `${index}-`.padEnd(index % 2 === 0 ? 128 : LONG, 'r') };
  return turnOf<() => Record<string, string>>(
    [
      () => requestId,
      () => ({ ...requestId, authorization: `Bearer ggs_load_${randomBytes(32).toString('base64url')}` }),
      () => ({ authorization: `Bearer ggs_x${index}_${randomBytes(32).toString('base64url')}` }),
      () => ({ authorization: `Bearer ${randomBytes(LONG / 2).toString('hex')}` }),
      () => ({ authorization: `Bearer ${unsignedToken(index)}` }),
      () => ({ authorization: `Basic ${randomBytes(100).toString('base64')}` }),
      () => ({ ...requestId, authorization: 'Bearer' }),
    ],
    index,
  )();
}

function unsignedToken(index: number): string {
  const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${part({ alg: 'none', kid: `../${index}` })}.${part({ sub: 'load', exp: 9_999_999_999 })}.`;
}
