import { ServiceApi } from '../../support/service-api';
import { waitFor } from '../../support/wait-for';
import type { Replica } from './replica';

/** What a replica says of itself, and to somebody who wants to open a session. */
export interface Probed {
  readonly live: number;
  readonly ready: number;
  readonly opening: number;
  readonly hasRetryAfter: boolean;
  /** How long the answer to the opening took. */
  readonly tookMs: number;
}

export async function probe({ url }: Replica): Promise<Probed> {
  const live = (await fetch(`${url}/health/live`)).status;
  const ready = (await fetch(`${url}/health/ready`)).status;
  const askedAt = performance.now();
  const { status, retryAfter } = await new ServiceApi(url).open();
  const tookMs = performance.now() - askedAt;
  return { live, ready, opening: status, hasRetryAfter: retryAfter !== null, tookMs };
}

/** Waits until all of them are ready and serve openings again; how long that took. */
export async function recovered(replicas: readonly Replica[], withinMs: number): Promise<number> {
  const startedAt = performance.now();
  await waitFor(async () => {
    for (const { ready, opening } of await Promise.all(replicas.map(probe)))
      if (ready !== 200 || opening >= 500) throw new Error(`Readiness says ${ready}, an opening ${opening}.`);
  }, withinMs);
  return performance.now() - startedAt;
}
