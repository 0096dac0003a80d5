import { SchedulerRegistry } from '@nestjs/schedule';
import { Drain } from '../common/lifecycle/drain';
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
import { IdempotencyRetention } from './idempotency.retention';
import { IdempotencyTelemetry } from './idempotency.telemetry';
import { HeldRequests } from './held-requests';
import { FakeGuestChannel } from './ports/guest-channel.fake';
import { GuestChannels } from './ports/guest-channels';
import { SessionPolicies } from './ports/session-policies';
import { FakeSessionHolders } from './ports/session.holders.fake';
import { FakeSessionStore } from './ports/session.store.fake';
import { FakeUpstreamCapacity } from './ports/upstream-capacity.fake';
import { OpeningBulkhead } from './opening.bulkhead';
import { SessionAdoption } from './session.adoption';
import { SessionAdmission } from './session.admission';
import { SessionDisconnector } from './session.disconnector';
import { SessionEnding } from './session.ending';
import { SessionHandover } from './session.handover';
import { SessionIdempotency } from './session.idempotency';
import { SessionOpening } from './session.opening';
import { BeatShare } from './session.beat-share';
import { SessionCaps } from './session.caps';
import { SessionPace } from './session.pace';
import { SessionPlacement } from './session.placement';
import { SessionQueries } from './session.queries';
import { SessionShare } from './session.share';
import { SessionScreening } from './session.screening';
import { SessionService } from './session.service';
import { SessionShutdown } from './session.shutdown';
import { SessionSweeper } from './session.sweeper';
import { SessionTakeover } from './session.takeover';
import { SessionTelemetry } from './session.telemetry';
import { SessionUpkeep } from './session.upkeep';
import { SessionWatch } from './session.watch';
import { SessionWriter } from './session.writer';

/** The session services as the module wires them, over a store in memory and a scripted channel. */
export class FakeSessionServices {
  readonly store = new FakeSessionStore();
  readonly channel = new FakeGuestChannel();
  readonly channels = new GuestChannels([this.channel]);
  readonly holders = new FakeSessionHolders(this.store);
  readonly replicas = new FakeReplicaStore();
  readonly clock = new SystemClock();
  readonly drain = new Drain();
  readonly requests = new HeldRequests();
  /** How often the database could not be used. */
  readonly trouble = { troubles: 0 };
  readonly policies = new SessionPolicies();
  readonly heartbeats = new HeartbeatService(new SchedulerRegistry(), this.clock);
  readonly metrics = new ReadableMetrics();
  readonly telemetry = new SessionTelemetry(this.metrics, this.store, this.heartbeats);
  readonly screening = new SessionScreening(this.policies, this.drain, this.telemetry);
  readonly writer: SessionWriter;
  readonly capacity = new FakeUpstreamCapacity();
  readonly config: SessionConfig;
  readonly pace: SessionPace;
  readonly caps: SessionCaps;
  readonly placement: SessionPlacement;
  readonly admission: SessionAdmission;
  readonly opening: SessionOpening;
  readonly disconnector: SessionDisconnector;
  readonly ending: SessionEnding;
  readonly watch: SessionWatch;
  readonly handover: SessionHandover;
  readonly service: SessionService;
  readonly idempotency: SessionIdempotency;
  readonly retention: IdempotencyRetention;
  readonly queries: SessionQueries;
  readonly sweeper: SessionSweeper;
  readonly adoption: SessionAdoption;
  readonly takeover: SessionTakeover;
  readonly upkeep: SessionUpkeep;
  readonly shutdown: SessionShutdown;

  constructor(
    settings: Partial<Environment> = {},
    readonly lease = new FakeLease(),
  ) {
    const environment = Object.assign(new Environment(), { GENESYS_CHANNEL: 'fake' }, settings);
    const { store, channels, clock, drain, telemetry, heartbeats, holders } = this;
    const heartbeatConfig = new HeartbeatConfig(environment);
    this.writer = new SessionWriter(store, clock, lease);
    this.config = new SessionConfig(environment);
    const beatShare = new BeatShare(lease, store, this.capacity);
    this.pace = new SessionPace(this.capacity, heartbeats, heartbeatConfig, clock, beatShare);
    this.caps = new SessionCaps(this.config, new AccessConfig(environment));
    this.placement = new SessionPlacement(store, this.pace, channels, this.caps, lease);
    this.admission = new SessionAdmission(this.screening, this.placement, this.config, clock, telemetry);
    this.opening = new SessionOpening(store, channels, clock, this.config, telemetry);
    this.disconnector = new SessionDisconnector(store, channels, this.config, clock, telemetry);
    this.ending = new SessionEnding(this.writer, heartbeats, this.disconnector, telemetry, drain);
    this.watch = new SessionWatch(heartbeats, channels, heartbeatConfig, this.pace, telemetry);
    this.handover = new SessionHandover(heartbeats, channels, holders, lease, this.requests);
    const bulkhead = new OpeningBulkhead(drain, new AccessConfig(environment));
    this.service = new SessionService(bulkhead, this.admission, this.opening, this.ending, this.watch);
    const idempotencyTelemetry = new IdempotencyTelemetry(this.metrics);
    this.idempotency = new SessionIdempotency(this.service, store.keys, lease, drain, idempotencyTelemetry);
    this.retention = new IdempotencyRetention(store.keys, clock, idempotencyTelemetry);
    this.queries = new SessionQueries(store, heartbeats, heartbeatConfig);
    this.sweeper = new SessionSweeper(store, this.ending, clock, this.config, lease);
    this.adoption = new SessionAdoption(store.keys, this.writer, this.ending, this.watch);
    const share = new SessionShare(this.replicas, store, heartbeats, lease);
    this.upkeep = new SessionUpkeep(store, this.trouble, lease, this.adoption);
    this.takeover = new SessionTakeover(lease, share, this.adoption, this.handover, this.upkeep);
    this.shutdown = new SessionShutdown(store, this.ending, new ServerConfig(environment), lease, holders);
  }
}
