import { Module } from '@nestjs/common';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { MAX_FORWARDED } from '../config/replica.config';
import { HeartbeatModule } from '../heartbeat/heartbeat.module';
import { AuthenticationController } from './authentication.controller';
import { HasRequiredCapabilities } from './dto/has-required-capabilities.constraint';
import { IsKnownChannel } from './dto/is-known-channel.constraint';
import { IsWithinMaxDuration } from './dto/is-within-max-duration.constraint';
import { IdempotencyRetention } from './idempotency.retention';
import { IdempotencyTelemetry } from './idempotency.telemetry';
import { LimitsController } from './limits.controller';
import { LimitsQueries } from './limits.queries';
import { SessionAdoption } from './session.adoption';
import { SessionAdmission } from './session.admission';
import { SessionAuthentication } from './session.authentication';
import { BeatShare } from './session.beat-share';
import { SessionController } from './session.controller';
import { ForwardingTelemetry } from './forwarding.telemetry';
import { HeldRequests } from './held-requests';
import { ReceivedHops } from './received-hops';
import { SessionDeparture } from './session.departure';
import { SessionDisconnector } from './session.disconnector';
import { SessionEnding } from './session.ending';
import { RemoteReplica } from './remote-replica';
import { SessionForwarding } from './session.forwarding';
import { SessionHandover } from './session.handover';
import { SessionLocator } from './session.locator';
import { SessionIdempotency } from './session.idempotency';
import { SessionNews } from './session.news';
import { SessionOpening } from './session.opening';
import { SessionPace } from './session.pace';
import { SessionCaps } from './session.caps';
import { SessionPlacement } from './session.placement';
import { SessionQueries } from './session.queries';
import { SessionScreening } from './session.screening';
import { SessionService } from './session.service';
import { SessionShare } from './session.share';
import { SessionShutdown } from './session.shutdown';
import { SessionSweeper } from './session.sweeper';
import { SessionTakeover } from './session.takeover';
import { SessionTelemetry } from './session.telemetry';
import { SessionUpkeep } from './session.upkeep';
import { SessionWatch } from './session.watch';
import { SessionWriter } from './session.writer';

/** Needs a `SessionStore`, an `IdempotencyStore`, the `GuestChannels` and the `SessionPolicies` from the composition root. */
@Module({
  imports: [HeartbeatModule, OutboundHttpModule.withConnections(MAX_FORWARDED)],
  controllers: [SessionController, AuthenticationController, LimitsController],
  providers: [
    SessionService,
    SessionIdempotency,
    SessionQueries,
    LimitsQueries,
    SessionScreening,
    SessionAdmission,
    SessionOpening,
    SessionAuthentication,
    SessionPace,
    BeatShare,
    SessionCaps,
    SessionPlacement,
    SessionEnding,
    SessionDisconnector,
    SessionWriter,
    SessionWatch,
    SessionNews,
    SessionSweeper,
    SessionUpkeep,
    SessionAdoption,
    SessionShare,
    SessionHandover,
    SessionTakeover,
    SessionDeparture,
    HeldRequests,
    SessionLocator,
    SessionForwarding,
    RemoteReplica,
    ReceivedHops,
    ForwardingTelemetry,
    SessionShutdown,
    SessionTelemetry,
    IdempotencyRetention,
    IdempotencyTelemetry,
    HasRequiredCapabilities,
    IsKnownChannel,
    IsWithinMaxDuration,
  ],
  exports: [SessionQueries],
})
export class SessionModule {}
