import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../../support/seeded-random';
import type { Replica } from './replica';

const PROBE_INTERVAL_MS = 500;
const ANSWERED_WITHIN_MS = 400;
/** Number of consecutive probes that have to fail. */
const FALL = 2;

/** Tracks the ready replicas as load balancers do, by periodic probes. */
export class LoadBalancer implements AsyncDisposable {
  private readonly failures = new Map<Replica, number>();
  private readonly stopping = new AbortController();
  private readonly looking: Promise<unknown>;

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly random: SeededRandom,
  ) {
    this.looking = Promise.all(replicas.map((replica) => this.watch(replica)));
  }

  /** Returns the replica for the next request. */
  readonly choose = (): Replica | undefined => {
    const [first, ...others] = this.replicas.filter(
      (replica) => (this.failures.get(replica) ?? 0) < FALL && replica.pid !== undefined,
    );
    return first && this.random.pick([first, ...others]);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  private async watch(replica: Replica): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (await isReady(replica)) this.failures.delete(replica);
      else this.failures.set(replica, (this.failures.get(replica) ?? 0) + 1);
      await delay(PROBE_INTERVAL_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }
}

async function isReady({ url }: Replica): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
    return (await fetch(`${url}/health/ready`, { signal })).status === 200;
  } catch {
    return false;
  }
}
