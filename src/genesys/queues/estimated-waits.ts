import { Injectable } from '@nestjs/common';
import { BoundedMap } from '../../common/bounded-map';
import { UpstreamForbiddenError, UpstreamRejectedError } from '../../common/errors/upstream.errors';
import { Drain } from '../../common/lifecycle/drain';
import { SingleFlight } from '../../common/limits/single-flight';
import { Clock } from '../../common/time/clock';
import { GenesysConfig } from '../../config/genesys.config';
import { isPlatformId } from '../../config/platform-id';
import { UpstreamCapacity } from '../../session/ports/upstream-capacity';
import { objectsIn } from '../fields';
import { countIn } from '../platform-events/field-readers';
import { errorOf, jsonObjectOf } from '../transport/classification';
import { GenesysApiClient } from '../transport/genesys-api-client';
import { EstimatedWaitResponse } from './estimated-wait.response';
import { QueueNotFoundError } from './queue.errors';

const KEPT_MS = 30_000;
const MAX_QUEUES = 1_000;

interface Kept {
  readonly wait: EstimatedWaitResponse;
  /** Monotonic time of the answer, in milliseconds. */
  readonly at: number;
}

/**
 * Estimated waits of queues (`GET /api/v2/routing/queues/{id}/mediatypes/message/estimatedwaittime`, which needs
 * `routing:queue:view`), each kept for half a minute: callers ask before each opening, and the budget is shared.
 */
@Injectable()
export class EstimatedWaits {
  private readonly kept = new BoundedMap<string, Kept>(MAX_QUEUES);
  private readonly reads = new SingleFlight<EstimatedWaitResponse>();

  constructor(
    private readonly api: GenesysApiClient,
    private readonly capacity: UpstreamCapacity,
    private readonly config: GenesysConfig,
    private readonly clock: Clock,
    private readonly drain: Drain,
  ) {}

  /** Throws `QueueNotFoundError`, or an `UpstreamError`. */
  of(queueId: string): Promise<EstimatedWaitResponse> {
    if (!isPlatformId(queueId)) return Promise.reject(new QueueNotFoundError());
    const kept = this.kept.get(queueId);
    if (kept !== undefined && performance.now() - kept.at < KEPT_MS) return Promise.resolve(kept.wait);
    return this.reads.run(queueId, () => this.read(queueId));
  }

  private async read(queueId: string): Promise<EstimatedWaitResponse> {
    const answer = await this.api.call(
      {
        operation: 'wait',
        method: 'GET',
        path: ['routing', 'queues', queueId, 'mediatypes', 'message', 'estimatedwaittime'],
        oauthClient: this.leastUsedClient,
        patienceMs: this.config.timeoutMs,
      },
      this.drain.signal,
    );
    const error = errorOf(answer);
    if (error instanceof UpstreamRejectedError && error.gone) throw new QueueNotFoundError();
    if (error instanceof UpstreamForbiddenError)
      throw new UpstreamForbiddenError('The OAuth client lacks the permission routing:queue:view.');
    if (error !== undefined) throw error;
    const estimates = objectsIn(jsonObjectOf(answer), 'results').map((result) =>
      countIn(result, 'estimatedWaitTimeSeconds'),
    );
    const seconds = estimates.find((estimate) => estimate !== undefined) ?? null;
    const wait = new EstimatedWaitResponse(queueId, seconds, this.clock.now());
    this.kept.set(queueId, { wait, at: performance.now() });
    return wait;
  }

  private get leastUsedClient(): string {
    return this.capacity.clients.reduce((one, other) => (other.left > one.left ? other : one)).id;
  }
}
