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
import { SessionRecovery } from './session-recovery';
import { SessionAdmission } from './session.admission';
import { SessionAuthentication } from './session.authentication';
import { ReplicaBudgetShare } from './replica-budget-share';
import { SessionController } from './session.controller';
import { ForwardingTelemetry } from './forwarding.telemetry';
import { PinnedSessions } from './pinned-sessions';
import { ReceivedHops } from './received-hops';
import { DrainAnnouncer } from './drain-announcer';
import { SessionDisconnector } from './session.disconnector';
import { SessionEnding } from './session.ending';
import { ReplicaHttpClient } from './replica-http-client';
import { SessionForwarding } from './session.forwarding';
import { SessionClaims } from './session-claims';
import { SessionLocator } from './session.locator';
import { SessionIdempotency } from './session.idempotency';
import { ConversationEventsHandler } from './conversation-events-handler';
import { SessionOpening } from './session.opening';
import { HeartbeatRateController } from './heartbeat-rate-controller';
import { SessionCaps } from './session.caps';
import { OAuthClientSelector } from './oauth-client-selector';
import { SessionQueries } from './session.queries';
import { SessionPolicyEvaluator } from './session-policy-evaluator';
import { SessionService } from './session.service';
import { ReplicaShare } from './replica-share';
import { SessionShutdown } from './session.shutdown';
import { SessionSweeper } from './session.sweeper';
import { SessionRebalancer } from './session-rebalancer';
import { SessionTelemetry } from './session.telemetry';
import { SessionReconciler } from './session-reconciler';
import { SessionHeartbeat } from './session-heartbeat';
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
    SessionPolicyEvaluator,
    SessionAdmission,
    SessionOpening,
    SessionAuthentication,
    HeartbeatRateController,
    ReplicaBudgetShare,
    SessionCaps,
    OAuthClientSelector,
    SessionEnding,
    SessionDisconnector,
    SessionWriter,
    SessionHeartbeat,
    ConversationEventsHandler,
    SessionSweeper,
    SessionReconciler,
    SessionRecovery,
    ReplicaShare,
    SessionClaims,
    SessionRebalancer,
    DrainAnnouncer,
    PinnedSessions,
    SessionLocator,
    SessionForwarding,
    ReplicaHttpClient,
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
