import { SchedulerRegistry } from '@nestjs/schedule';
import { Drain } from '../common/lifecycle/drain';
import { PoisonMessages } from '../common/poison/poison-messages';
import { PoisonTelemetry } from '../metrics/poison.telemetry';
import { SystemClock } from '../common/time/system-clock';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { HeartbeatConfig } from '../config/heartbeat.config';
import { ServerConfig } from '../config/server.config';
import { SessionConfig } from '../config/session.config';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { FakeLease } from '../replica/ports/lease.fake';
import { FakeReplicaStore } from '../replica/ports/replica.store.fake';
import { IdempotencyRetention } from './idempotency/idempotency-retention';
import { IdempotencyTelemetry } from './idempotency/idempotency.telemetry';
import { PinnedSessions } from './forwarding/pinned-sessions';
import { FakeGuestChannel } from './ports/guest-channel.fake';
import { GuestChannels } from './ports/guest-channels';
import { SessionPolicies } from './ports/session-policies';
import { FakeSessionHolders } from './ports/session-holders.fake';
import { FakeSessionStore } from './ports/session.store.fake';
import { FakeUpstreamCapacity } from './ports/upstream-capacity.fake';
import { SessionRecovery } from './ownership/session-recovery';
import { SessionAdmission } from './opening/session-admission';
import { SessionDisconnector } from './ending/session-disconnector';
import { SessionEnding } from './ending/session-ending';
import { SessionClaims } from './ownership/session-claims';
import { SessionIdempotency } from './idempotency/session-idempotency';
import { SessionOpening } from './opening/session-opening';
import { ReplicaBudgetShare } from './heartbeat/replica-budget-share';
import { SessionCaps } from './opening/session-caps';
import { HeartbeatRateController } from './heartbeat/heartbeat-rate-controller';
import { OAuthClientSelector } from './opening/oauth-client-selector';
import { SessionQueries } from './session.queries';
import { ReplicaShare } from './ownership/replica-share';
import { SessionPolicyEvaluator } from './opening/session-policy-evaluator';
import { SessionService } from './session.service';
import { SessionShutdown } from './ownership/session-shutdown';
import { SessionSweeper } from './ending/session-sweeper';
import { SessionRebalancer } from './ownership/session-rebalancer';
import { SessionTelemetry } from './session.telemetry';
import { SessionReconciler } from './ownership/session-reconciler';
import { SessionHeartbeat } from './heartbeat/session-heartbeat';
import { SessionWriter } from './ending/session-writer';

/** The session services as the module wires them, over a store in memory and a scripted channel. */
export class FakeSessionServices {
  readonly store = new FakeSessionStore();
  readonly channel = new FakeGuestChannel();
  readonly channels = new GuestChannels([this.channel]);
  readonly holders = new FakeSessionHolders(this.store);
  readonly replicas = new FakeReplicaStore();
  readonly clock = new SystemClock();
  readonly drain = new Drain();
  readonly requests = new PinnedSessions();
  /** How often the database could not be used. */
  readonly trouble = { count: 0 };
  readonly poison = new PoisonMessages();
  readonly policies = new SessionPolicies();
  readonly heartbeats = new HeartbeatService(new SchedulerRegistry(), this.clock);
  readonly metrics = new ReadableMetrics();
  readonly telemetry = new SessionTelemetry(this.metrics, this.store, this.heartbeats);
  readonly policyEvaluator = new SessionPolicyEvaluator(this.policies, this.drain, this.telemetry);
  readonly writer: SessionWriter;
  readonly capacity = new FakeUpstreamCapacity();
  readonly config: SessionConfig;
  readonly rateController: HeartbeatRateController;
  readonly caps: SessionCaps;
  readonly clientSelector: OAuthClientSelector;
  readonly admission: SessionAdmission;
  readonly opening: SessionOpening;
  readonly disconnector: SessionDisconnector;
  readonly ending: SessionEnding;
  readonly heartbeat: SessionHeartbeat;
  readonly claims: SessionClaims;
  readonly service: SessionService;
  readonly idempotency: SessionIdempotency;
  readonly retention: IdempotencyRetention;
  readonly queries: SessionQueries;
  readonly sweeper: SessionSweeper;
  readonly recovery: SessionRecovery;
  readonly rebalancer: SessionRebalancer;
  readonly reconciler: SessionReconciler;
  readonly shutdown: SessionShutdown;

  constructor(
    settings: Partial<Environment> = {},
    readonly lease = new FakeLease(),
  ) {
    const environment = Object.assign(new Environment(), { GENESYS_CHANNEL: 'fake' }, settings);
    const { store, channels, clock, drain, telemetry, heartbeats, holders } = this;
    new PoisonTelemetry(this.metrics, this.poison);
    const heartbeatConfig = new HeartbeatConfig(environment);
    this.writer = new SessionWriter(store, clock, lease);
    this.config = new SessionConfig(environment);
    const beatShare = new ReplicaBudgetShare(lease, store, this.capacity);
    this.rateController = new HeartbeatRateController(this.capacity, heartbeats, heartbeatConfig, beatShare);
    const access = new AccessConfig(environment);
    this.caps = new SessionCaps(this.config, access);
    this.clientSelector = new OAuthClientSelector(store, this.rateController, channels, this.caps, lease);
    this.admission = new SessionAdmission(
      this.policyEvaluator,
      this.clientSelector,
      store,
      this.config,
      clock,
      telemetry,
    );
    this.opening = new SessionOpening(store, channels, clock, this.config, telemetry);
    this.disconnector = new SessionDisconnector(store, channels, this.config, clock, telemetry);
    this.ending = new SessionEnding(this.writer, heartbeats, this.disconnector, telemetry, drain);
    this.heartbeat = new SessionHeartbeat(
      heartbeats,
      channels,
      heartbeatConfig,
      this.rateController,
      telemetry,
    );
    this.claims = new SessionClaims(heartbeats, channels, holders, lease, this.requests);
    const { admission, opening, ending, heartbeat } = this;
    this.service = new SessionService(admission, opening, ending, heartbeat, drain, access);
    const idempotencyTelemetry = new IdempotencyTelemetry(this.metrics);
    this.idempotency = new SessionIdempotency(this.service, store.keys, lease, drain, idempotencyTelemetry);
    this.retention = new IdempotencyRetention(store.keys, clock, idempotencyTelemetry);
    this.queries = new SessionQueries(store, heartbeats, heartbeatConfig, channels);
    this.sweeper = new SessionSweeper(store, this.ending, clock, this.config, lease, this.poison);
    this.recovery = new SessionRecovery(store.keys, this.writer, this.ending, this.heartbeat, this.poison);
    const share = new ReplicaShare(this.replicas, store, heartbeats, lease);
    this.reconciler = new SessionReconciler(store, this.trouble, lease, this.recovery);
    this.rebalancer = new SessionRebalancer(lease, share, this.recovery, this.claims, this.reconciler);
    this.shutdown = new SessionShutdown(store, this.ending, new ServerConfig(environment), lease, holders);
  }
}
