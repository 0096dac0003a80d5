import { randomUUID } from 'node:crypto';
import { bearer } from '../../../support/callers';
import { headOf } from '../../../support/raw-http';
import type { Attack, AttackPlan } from './attack';
import { type AttackFigures, AttackTally } from './attack-tally';
import { atPace, turnOf } from './pace';
import { PlainClient } from './plain-client';
import { exchange } from './raw-exchange';

/** Half of the normal load: it requests every slot of the default cap within a minute, and continues. */
const OPENINGS = { perSecond: 10, atMost: 40 };
/** More than the hundred streams that one process allowed before. */
const STREAMS = { perSecond: 5, atMost: 250 };
const UPLOADS = { perSecond: 1, atMost: 30 };
/** Twenty concurrent requests with one key: one opens, the others wait. */
const WAITERS = { perSecond: 0.5, atMost: 4 };
const WITH_ONE_KEY = 20;
const HELD_MS = 60_000;
const FILE_BYTES = 1024 * 1024;
const DRIP_EVERY_MS = 1_000;

/**
 * Attacks the promise that one caller cannot exhaust shared resources: it opens sessions and never ends them, holds
 * as many streams and unfinished uploads as it gets, and repeats the same opening concurrently.
 */
export class Hoarding implements Attack {
  readonly name = 'hoarding';

  constructor(private readonly plan: AttackPlan) {}

  async run(signal: AbortSignal): Promise<AttackFigures> {
    const { replicas, keys, own, canaries } = this.plan;
    const tally = new AttackTally(this.name, canaries);
    await using client = new PlainClient(tally, signal);
    const headers = bearer(keys.hoarder);
    const open = async (index: number, more: Readonly<Record<string, string>> = {}): Promise<void> => {
      await client.ask(turnOf(replicas, index), {
        method: 'POST',
        path: '/v1/sessions',
        headers: { ...headers, 'content-type': 'application/json', ...more },
        body: '{"queueId":"hoard","durationLimit":2700}',
      });
    };
    await Promise.all([
      atPace(OPENINGS, signal, open),
      atPace(STREAMS, signal, async (index) => {
        const bytes = headOf('GET', '/v1/events', headers);
        await exchange({ url: turnOf(replicas, index), bytes, holdMs: HELD_MS }, tally, signal);
      }),
      atPace(UPLOADS, signal, async (index) => {
        const { conversationId, holderUrl } = turnOf(own.hoarder, index);
        const file = { 'content-type': 'image/png', 'content-length': `${FILE_BYTES}` };
        const path = `/v1/sessions/${conversationId}/attachments?fileName=a.png`;
        const bytes = headOf('POST', path, { ...headers, ...file });
        const drip = { bytes: 'x', everyMs: DRIP_EVERY_MS };
        await exchange({ url: holderUrl, bytes, drip, holdMs: HELD_MS }, tally, signal);
      }),
      atPace(WAITERS, signal, async () => {
        const key = { 'idempotency-key': randomUUID() };
        await Promise.all(Array.from({ length: WITH_ONE_KEY }, (_, index) => open(index, key)));
      }),
    ]);
    return tally.figures;
  }
}
