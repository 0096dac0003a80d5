import { Injectable } from '@nestjs/common';
import { SharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store';
import { GenesysConfig } from '../../config/genesys.config';
import { HealthChecks } from '../../health/health-checks';
import { Metrics } from '../../metrics/metrics';
import { type ClientCapacity, UpstreamCapacity } from '../../session/ports/upstream-capacity';
import { PooledClient } from './pooled-client';
import { RateBudget } from './rate-budget';

/**
 * The OAuth clients, each with budgets of its own, so that a 429 or a refused login of one does not affect the others.
 * Replicas on one database share the budget of a client.
 */
@Injectable()
export class OAuthClientPool extends UpstreamCapacity {
  private readonly members: ReadonlyMap<string, PooledClient>;
  private readonly first: PooledClient;

  constructor(
    config: GenesysConfig,
    metrics: Metrics,
    health: HealthChecks,
    buckets: SharedTokenBucketStore,
  ) {
    super();
    const pooled = config.clients.ids.map((id) => new PooledClient(id, budgetOf(id, config, buckets)));
    const [first] = pooled;
    if (first === undefined) throw new Error('There is no OAuth client');
    this.first = first;
    this.members = new Map(pooled.map((client) => [client.id, client]));
    health.inform('genesys-clients', () =>
      Object.fromEntries(pooled.map(({ id, condition }) => [id, condition])),
    );
    metrics.gauge(
      'upstream_budget_remaining',
      'Requests that could go out at once, all clients together',
      () => this.sum((client) => Math.min(client.budget.left, client.budget.status.allowed)),
    );
    metrics.gauge('upstream_clients_closed', 'OAuth clients closed by a 429', () =>
      this.sum((client) => (client.budget.isClosed ? 1 : 0)),
    );
    metrics.gauge('upstream_queue_length', 'Requests waiting for budget', () =>
      this.sum(({ queue }) => queue.waiting),
    );
  }

  clientFor(oauthClient: string): string {
    return this.get(oauthClient).id;
  }

  /** The client with this id; the first client for an id that is not configured. */
  get(id: string): PooledClient {
    return this.members.get(id) ?? this.first;
  }

  get clients(): readonly ClientCapacity[] {
    return [...this.members.values()].map(({ id, budget, isRefused }) => ({
      id,
      isRefused,
      ...budget.status,
      left: budget.left,
      beatsPerMs: budget.beatsPerMs,
    }));
  }

  private sum(measure: (client: PooledClient) => number): number {
    return [...this.members.values()].reduce((total, client) => total + measure(client), 0);
  }
}

function budgetOf(
  id: string,
  { requestsPerWindow, rateWindowMs }: GenesysConfig,
  buckets: SharedTokenBucketStore,
): RateBudget {
  return buckets.isShared
    ? RateBudget.shared(buckets, id, requestsPerWindow, rateWindowMs)
    : RateBudget.local(requestsPerWindow, rateWindowMs);
}
