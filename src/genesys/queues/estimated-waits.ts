import { Injectable } from '@nestjs/common';
import { BoundedMap } from '../../common/bounded-map';
import { UpstreamForbiddenError, UpstreamRejectedError } from '../../common/errors/upstream.errors';
import { Drain } from '../../common/lifecycle/drain';
import { SingleFlight } from '../../common/limits/single-flight';
import { Clock } from '../../common/time/clock';
import { GenesysConfig } from '../../config/genesys.config';
import { isPlatformId } from '../../config/platform-id';
import { UpstreamCapacity } from '../../session/ports/upstream-capacity';
import { type Fields, objectsIn, textIn } from '../fields';
import { countIn } from '../platform-events/field-readers';
import { errorOf, jsonObjectOf } from '../transport/classification';
import type { GenesysAnswer } from '../transport/genesys-answer';
import { GenesysApiClient } from '../transport/genesys-api-client';
import { EstimatedWaitResponse } from './estimated-wait.response';
import { QueueNotFoundError } from './queue.errors';

const KEPT_MS = 30_000;
const MAX_QUEUES = 1_000;

interface Kept {
  /** Undefined for an id that no queue has. */
  readonly wait: EstimatedWaitResponse | undefined;
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
  private readonly reads = new SingleFlight<EstimatedWaitResponse | undefined>();

  constructor(
    private readonly api: GenesysApiClient,
    private readonly capacity: UpstreamCapacity,
    private readonly config: GenesysConfig,
    private readonly clock: Clock,
    private readonly drain: Drain,
  ) {}

  /** Throws `QueueNotFoundError`, an `UpstreamError`, or the reason why nothing could be sent. */
  async of(queueId: string): Promise<EstimatedWaitResponse> {
    if (!isPlatformId(queueId)) throw new QueueNotFoundError();
    const kept = this.kept.get(queueId);
    const isFresh = kept !== undefined && performance.now() - kept.at < KEPT_MS;
    const wait = isFresh ? kept.wait : await this.reads.run(queueId, () => this.read(queueId));
    if (wait === undefined) throw new QueueNotFoundError();
    return wait;
  }

  /** Undefined if there is no such queue. */
  private async read(queueId: string): Promise<EstimatedWaitResponse | undefined> {
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
    const wait = this.waitIn(answer, queueId);
    this.kept.set(queueId, { wait, at: performance.now() });
    return wait;
  }

  private waitIn(answer: GenesysAnswer, queueId: string): EstimatedWaitResponse | undefined {
    const error = errorOf(answer);
    if (error instanceof UpstreamRejectedError && error.gone) return undefined;
    if (error instanceof UpstreamForbiddenError) throw withoutPermission(error);
    if (error !== undefined) throw error;
    return new EstimatedWaitResponse(queueId, secondsIn(jsonObjectOf(answer)), this.clock.now());
  }

  private get leastUsedClient(): string {
    const { clients } = this.capacity;
    const usable = clients.filter(({ isRefused }) => !isRefused);
    return (usable.length > 0 ? usable : clients).reduce((one, other) =>
      other.left > one.left ? other : one,
    ).id;
  }
}

/** The estimate over all intents, if there are several. */
function secondsIn(body: Fields): number | null {
  const results = objectsIn(body, 'results');
  const ofAll = results.filter((result) => textIn(result, 'intent') === 'ALL');
  const estimates = [...ofAll, ...results].map((result) => countIn(result, 'estimatedWaitTimeSeconds'));
  return estimates.find((estimate) => estimate !== undefined) ?? null;
}

function withoutPermission({ correlationId }: UpstreamForbiddenError): UpstreamForbiddenError {
  const error = new UpstreamForbiddenError('The OAuth client lacks the permission routing:queue:view.');
  return correlationId === undefined ? error : Object.assign(error, { correlationId });
}
