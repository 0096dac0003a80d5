import { SchedulerRegistry } from '@nestjs/schedule';
import { Drain } from '../common/lifecycle/drain';
import { SystemClock } from '../common/time/system-clock';
import { Environment } from '../config/environment';
import { HeartbeatConfig } from '../config/heartbeat.config';
import { ServerConfig } from '../config/server.config';
import { SessionConfig } from '../config/session.config';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { FakeGuestChannel } from './ports/guest-channel.fake';
import { GuestChannels } from './ports/guest-channels';
import { SessionPolicies } from './ports/session-policies';
import { FakeSessionStore } from './ports/session.store.fake';
import { FakeUpstreamCapacity } from './ports/upstream-capacity.fake';
import { SessionAdmission } from './session.admission';
import { SessionDisconnector } from './session.disconnector';
import { SessionEnding } from './session.ending';
import { SessionOpening } from './session.opening';
import { SessionPace } from './session.pace';
import { SessionPlacement } from './session.placement';
import { SessionQueries } from './session.queries';
import { SessionRecovery } from './session.recovery';
import { SessionScreening } from './session.screening';
import { SessionService } from './session.service';
import { SessionShutdown } from './session.shutdown';
import { SessionSweeper } from './session.sweeper';
import { SessionTelemetry } from './session.telemetry';
import { SessionWatch } from './session.watch';
import { SessionWriter } from './session.writer';

/** The session services as the module wires them, over a store in memory and a scripted channel. */
export class FakeSessionServices {
  readonly store = new FakeSessionStore();
  readonly channel = new FakeGuestChannel();
  readonly channels = new GuestChannels([this.channel]);
  readonly clock = new SystemClock();
  readonly drain = new Drain();
  readonly policies = new SessionPolicies();
  readonly heartbeats = new HeartbeatService(new SchedulerRegistry(), this.clock);
  readonly metrics = new ReadableMetrics();
  readonly telemetry = new SessionTelemetry(this.metrics, this.store, this.heartbeats);
  readonly screening = new SessionScreening(this.policies, this.drain, this.telemetry);
  readonly writer = new SessionWriter(this.store, this.clock);
  readonly capacity = new FakeUpstreamCapacity();
  readonly config: SessionConfig;
  readonly pace: SessionPace;
  readonly admission: SessionAdmission;
  readonly opening: SessionOpening;
  readonly disconnector: SessionDisconnector;
  readonly ending: SessionEnding;
  readonly watch: SessionWatch;
  readonly service: SessionService;
  readonly queries: SessionQueries;
  readonly sweeper: SessionSweeper;
  readonly recovery: SessionRecovery;
  readonly shutdown: SessionShutdown;

  constructor(settings: Partial<Environment> = {}) {
    const environment = Object.assign(new Environment(), { GENESYS_CHANNEL: 'fake' }, settings);
    const { store, channels, clock, drain, telemetry, heartbeats } = this;
    const heartbeatConfig = new HeartbeatConfig(environment);
    this.config = new SessionConfig(environment);
    this.pace = new SessionPace(this.capacity, heartbeats, heartbeatConfig, clock);
    const placement = new SessionPlacement(store, this.capacity, this.pace, this.config);
    this.admission = new SessionAdmission(this.screening, placement, this.config, clock, telemetry);
    this.opening = new SessionOpening(store, channels, clock, this.config, telemetry);
    this.disconnector = new SessionDisconnector(store, channels, this.config, clock, telemetry);
    this.ending = new SessionEnding(this.writer, heartbeats, this.disconnector, telemetry, drain);
    this.watch = new SessionWatch(heartbeats, channels, heartbeatConfig, this.pace, telemetry);
    this.service = new SessionService(this.admission, this.opening, this.ending, this.watch, drain);
    this.queries = new SessionQueries(store, heartbeats, heartbeatConfig);
    this.sweeper = new SessionSweeper(store, this.ending, clock, this.config);
    this.recovery = new SessionRecovery(store, this.ending, this.watch);
    this.shutdown = new SessionShutdown(store, this.ending, new ServerConfig(environment));
  }
}
