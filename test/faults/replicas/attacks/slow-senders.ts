import { bearer } from '../../../support/callers';
import { headOf } from '../../../support/raw-http';
import type { Attack, AttackPlan, Target } from './attack';
import { type AttackFigures, AttackTally } from './attack-tally';
import { atPace, turnOf } from './pace';
import { exchange } from './raw-exchange';

/** A few new connections a second, each held until the service closes it: at most a hundred and sixty. */
const EACH = { perSecond: 1, atMost: 40 };
/** Longer than the thirty seconds that a whole request may take. */
const HELD_MS = 45_000;
/** A byte a second: the minimum that looks like an active client. */
const DRIP_EVERY_MS = 1_000;
const BODY_BYTES = 60_000;
const FILE_BYTES = 10 * 1024 * 1024;
/** Sends the first part of a file and then nothing. */
const BEGUN = 'x'.repeat(16 * 1024);

/**
 * Attacks the promise that a stalled request costs one connection of one replica, and nothing of the other one:
 * endless bodies for sessions that the other replica holds, with and without permission, stalled uploads, and slow
 * headers.
 */
export class SlowSenders implements Attack {
  readonly name = 'slow-senders';

  constructor(private readonly plan: AttackPlan) {}

  async run(signal: AbortSignal): Promise<AttackFigures> {
    const { replicas, keys, own, foreign, canaries } = this.plan;
    const tally = new AttackTally(this.name, canaries);
    const drip = async (url: string, bytes: string): Promise<void> => {
      const slowly = { bytes: 'x', everyMs: DRIP_EVERY_MS };
      await exchange({ url, bytes, drip: slowly, holdMs: HELD_MS }, tally, signal);
    };
    await Promise.all([
      atPace(EACH, signal, async (index) => {
        const target = turnOf(foreign, index);
        await drip(target.otherUrl, messageTo(target, keys.powerless));
      }),
      atPace(EACH, signal, async (index) => {
        const target = turnOf(own.slow, index);
        await drip(target.otherUrl, messageTo(target, keys.slow));
      }),
      atPace(EACH, signal, async (index) => {
        const target = turnOf(own.slow, index);
        const url = index % 2 === 0 ? target.otherUrl : target.holderUrl;
        await exchange({ url, bytes: uploadTo(target, keys.slow), holdMs: HELD_MS }, tally, signal);
      }),
      atPace(EACH, signal, async (index) => {
        const bytes = headOf('GET', '/v1/sessions', bearer(keys.slow)).slice(0, -2);
        await drip(turnOf(replicas, index), bytes);
      }),
    ]);
    return tally.figures;
  }
}

function messageTo({ conversationId }: Target, key: string): string {
  const headers = { ...bearer(key), 'content-type': 'application/json', 'content-length': `${BODY_BYTES}` };
  return `${headOf('POST', `/v1/sessions/${conversationId}/messages`, headers)}{"text":"`;
}

function uploadTo({ conversationId }: Target, key: string): string {
  const headers = { ...bearer(key), 'content-type': 'image/png', 'content-length': `${FILE_BYTES}` };
  return `${headOf('POST', `/v1/sessions/${conversationId}/attachments?fileName=a.png`, headers)}${BEGUN}`;
}
