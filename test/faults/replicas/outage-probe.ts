import { ServiceApi } from '../../support/service-api';
import { waitFor } from '../../support/wait-for';
import type { Replica } from './replica';

/** The readiness of a replica, and its answer to an opening. */
export interface Probed {
  readonly live: number;
  readonly ready: number;
  readonly opening: number;
  readonly hasRetryAfter: boolean;
  /** Duration of the opening, in milliseconds. */
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

/** Waits until all replicas are ready and serve openings again; returns the duration. */
export async function recovered(replicas: readonly Replica[], withinMs: number): Promise<number> {
  const startedAt = performance.now();
  await waitFor(async () => {
    for (const { ready, opening } of await Promise.all(replicas.map(probe)))
      if (ready !== 200 || opening >= 500) throw new Error(`Readiness says ${ready}, an opening ${opening}.`);
  }, withinMs);
  return performance.now() - startedAt;
}
