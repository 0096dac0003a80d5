import type { Abstract } from '@nestjs/common';
import { FakeInjector, type Override } from '../common/injector.fake';
import { Drain } from '../common/lifecycle/drain';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Clock } from '../common/time/clock';
import { SystemClock } from '../common/time/system-clock';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { HeartbeatConfig } from '../config/heartbeat.config';
import { ServerConfig } from '../config/server.config';
import { SessionConfig } from '../config/session.config';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import { Metrics } from '../metrics/metrics';
import { PoisonTelemetry } from '../metrics/poison.telemetry';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { Lease } from '../replica/ports/lease';
import { FakeLease } from '../replica/ports/lease.fake';
import { ReplicaStore } from '../replica/ports/replica.store';
import { FakeReplicaStore } from '../replica/ports/replica.store.fake';
import { UpstreamDisconnector } from './ending/upstream-disconnector';
import { SessionEnding } from './ending/session-ending';
import { SessionSweeper } from './ending/session-sweeper';
import { SessionUpdater } from './ending/session-updater';
import { PinnedSessions } from './forwarding/pinned-sessions';
import { SessionHeartbeatStarter } from './heartbeat/session-heartbeat-starter';
import { IdempotencyRetention } from './idempotency/idempotency-retention';
import { SessionIdempotency } from './idempotency/session-idempotency';
import { OAuthClientSelector } from './opening/oauth-client-selector';
import { SessionAdmission } from './opening/session-admission';
import { SessionOpening } from './opening/session-opening';
import { SessionPolicyEvaluator } from './opening/session-policy-evaluator';
import { SessionRebalancer } from './ownership/session-rebalancer';
import { SessionReconciler } from './ownership/session-reconciler';
import { SessionRecovery } from './ownership/session-recovery';
import { SessionShutdown } from './ownership/session-shutdown';
import { FakeGuestChannel } from './ports/guest-channel.fake';
import { GuestChannels } from './ports/guest-channels';
import { IdempotencyStore } from './ports/idempotency.store';
import { SessionHolders } from './ports/session-holders';
import { FakeSessionHolders } from './ports/session-holders.fake';
import { SessionPolicies } from './ports/session-policies';
import { SessionWebhooks } from './ports/session-webhooks';
import { FakeSessionWebhooks } from './ports/session-webhooks.fake';
import { SessionStore } from './ports/session.store';
import { FakeSessionStore } from './ports/session.store.fake';
import { StorageFailureCounter } from './ports/storage-failure-counter';
import { UpstreamCapacity } from './ports/upstream-capacity';
import { FakeUpstreamCapacity } from './ports/upstream-capacity.fake';
import { SessionQueries } from './session.queries';
import { SessionService } from './session.service';
import { SessionTelemetry } from './session.telemetry';

/** The session services as their constructors ask for them, over a store in memory and a scripted channel. */
export class FakeSessionServices {
  readonly store = new FakeSessionStore();
  readonly channel = new FakeGuestChannel();
  readonly channels = new GuestChannels([this.channel]);
  readonly holders = new FakeSessionHolders(this.store);
  readonly replicas = new FakeReplicaStore();
  readonly clock = new SystemClock();
  readonly policies = new SessionPolicies();
  readonly capacity = new FakeUpstreamCapacity();
  readonly webhooks = new FakeSessionWebhooks();
  /** A test adds to `count` for a database that could not be used. */
  readonly storageFailures = { count: 0 };
  readonly metrics = new ReadableMetrics();
  private readonly injector = new FakeInjector([...this.ports, ...configsOf(this.settings)]);
  readonly config = this.get(SessionConfig);
  readonly drain = this.get(Drain);
  readonly poison = this.get(PoisonMessageReporter);
  readonly pinned = this.get(PinnedSessions);
  readonly heartbeats = this.get(HeartbeatService);
  readonly telemetry = this.get(SessionTelemetry);
  readonly policyEvaluator = this.get(SessionPolicyEvaluator);
  readonly clientSelector = this.get(OAuthClientSelector);
  readonly admission = this.get(SessionAdmission);
  readonly opening = this.get(SessionOpening);
  readonly heartbeat = this.get(SessionHeartbeatStarter);
  readonly writer = this.get(SessionUpdater);
  readonly disconnector = this.get(UpstreamDisconnector);
  readonly ending = this.get(SessionEnding);
  readonly sweeper = this.get(SessionSweeper);
  readonly service = this.get(SessionService);
  readonly queries = this.get(SessionQueries);
  readonly idempotency = this.get(SessionIdempotency);
  readonly retention = this.get(IdempotencyRetention);
  readonly recovery = this.get(SessionRecovery);
  readonly reconciler = this.get(SessionReconciler);
  readonly rebalancer = this.get(SessionRebalancer);
  readonly shutdown = this.get(SessionShutdown);

  constructor(
    private readonly settings: Partial<Environment> = {},
    readonly lease = new FakeLease(),
  ) {
    this.get(PoisonTelemetry);
  }

  /** Any other class that can be injected, over the same objects. */
  get<T>(type: Abstract<T>): T {
    return this.injector.get(type);
  }

  private get ports(): Override[] {
    return [
      [SessionStore, this.store],
      [IdempotencyStore, this.store.keys],
      [GuestChannels, this.channels],
      [SessionPolicies, this.policies],
      [SessionHolders, this.holders],
      [ReplicaStore, this.replicas],
      [Lease, this.lease],
      [Clock, this.clock],
      [UpstreamCapacity, this.capacity],
      [StorageFailureCounter, this.storageFailures],
      [SessionWebhooks, this.webhooks],
      [Metrics, this.metrics],
    ];
  }
}

function configsOf(settings: Partial<Environment>): Override[] {
  const environment = Object.assign(new Environment(), { GENESYS_CHANNEL: 'fake' }, settings);
  return [AccessConfig, HeartbeatConfig, ServerConfig, SessionConfig].map((Config) => [
    Config,
    new Config(environment),
  ]);
}
