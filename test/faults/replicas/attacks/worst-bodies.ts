import { bearer } from '../../../support/callers';
import type { Attack, AttackPlan } from './attack';
import { type AttackFigures, AttackTally } from './attack-tally';
import {
  type HostileBody,
  hostileLogins,
  hostileMessages,
  hostileOpenings,
  hostileReplays,
} from './hostile-bodies';
import { atPace, turnOf } from './pace';
import { PlainClient, type PlainRequest } from './plain-client';

/** 260 kB a second in all. A body that is refused at its bound costs about a millisecond. */
const PACE = { perSecond: 4, atMost: 40 };

/**
 * Attacks the promise that a refused body costs about as much as its size: bodies just below the size limit with the
 * maximum number of entries, fields, accents and levels, for every operation that reads JSON.
 */
export class WorstBodies implements Attack {
  readonly name = 'worst-bodies';

  constructor(private readonly plan: AttackPlan) {}

  async run(signal: AbortSignal): Promise<AttackFigures> {
    const { replicas, keys, canaries } = this.plan;
    const tally = new AttackTally(this.name, canaries);
    await using client = new PlainClient(tally, signal);
    const requests = this.requests();
    const headers = { ...bearer(keys.bodies), 'content-type': 'application/json' };
    await atPace(PACE, signal, async (index) => {
      const url = turnOf(replicas, Math.floor(index / requests.length) + index);
      const request = turnOf(requests, index);
      const status = await client.ask(url, { ...request, headers });
      if (status !== undefined && status < 300) tally.found(`${request.path} took a hostile body: ${status}`);
    });
    return tally.figures;
  }

  private requests(): PlainRequest[] {
    const { conversationId } = turnOf(this.plan.own.bodies, 0);
    const session = `/v1/sessions/${conversationId}`;
    const operations = [
      requestsOf('POST', `${session}/messages`, hostileMessages()),
      requestsOf('POST', '/v1/sessions', hostileOpenings()),
      requestsOf('PUT', `${session}/authentication`, hostileLogins()),
      requestsOf('POST', '/v1/deliveries/replay', hostileReplays()),
    ];
    // The operations alternate, so that a short attack has the worst bodies of each as well.
    const rounds = Array.from({ length: Math.max(...operations.map(({ length }) => length)) });
    return rounds.flatMap((_, round) => operations.flatMap((requests) => requests.slice(round, round + 1)));
  }
}

function requestsOf(method: 'POST' | 'PUT', path: string, bodies: readonly HostileBody[]): PlainRequest[] {
  return bodies.map(({ body }) => ({ method, path, body }));
}
