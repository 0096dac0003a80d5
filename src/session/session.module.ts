import { Global, Module } from '@nestjs/common';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { MAX_FORWARDED } from '../config/replica.config';
import { HeartbeatModule } from '../heartbeat/heartbeat.module';
import { AuthenticationController } from './authentication/authentication.controller';
import { HasRequiredCapabilities } from './dto/has-required-capabilities-constraint';
import { IsKnownChannel } from './dto/is-known-channel-constraint';
import { IsWithinMaxDuration } from './dto/is-within-max-duration-constraint';
import { IdempotencyRetention } from './idempotency/idempotency-retention';
import { IdempotencyTelemetry } from './idempotency/idempotency.telemetry';
import { LimitsController } from './limits/limits.controller';
import { LimitsQueries } from './limits/limits.queries';
import { SessionRecovery } from './ownership/session-recovery';
import { SessionAdmission } from './opening/session-admission';
import { SessionAuthentication } from './authentication/session-authentication';
import { ReplicaBudgetShare } from './heartbeat/replica-budget-share';
import { SessionController } from './session.controller';
import { ForwardingTelemetry } from './forwarding/forwarding.telemetry';
import { PinnedSessions } from './forwarding/pinned-sessions';
import { ReceivedHops } from './forwarding/received-hops';
import { DrainAnnouncer } from './ownership/drain-announcer';
import { UpstreamDisconnector } from './ending/upstream-disconnector';
import { FactIntake } from './ports/fact-intake';
import { SessionFacts } from './ending/session-facts';
import { SessionEnding } from './ending/session-ending';
import { ReplicaHttpClient } from './forwarding/replica-http-client';
import { SessionForwarding } from './forwarding/session-forwarding';
import { SessionClaims } from './ownership/session-claims';
import { SessionLocator } from './forwarding/session-locator';
import { SessionIdempotency } from './idempotency/session-idempotency';
import { ConversationEventsHandler } from './conversation-events-handler';
import { SessionOpening } from './opening/session-opening';
import { HeartbeatRateController } from './heartbeat/heartbeat-rate-controller';
import { SessionCaps } from './opening/session-caps';
import { OAuthClientSelector } from './opening/oauth-client-selector';
import { SessionPresenter } from './session-presenter';
import { SessionQueries } from './session.queries';
import { SessionPolicyEvaluator } from './opening/session-policy-evaluator';
import { SessionService } from './session.service';
import { ReplicaShare } from './ownership/replica-share';
import { SessionShutdown } from './ownership/session-shutdown';
import { SessionSweeper } from './ending/session-sweeper';
import { SessionRebalancer } from './ownership/session-rebalancer';
import { SessionTelemetry } from './session.telemetry';
import { SessionReconciler } from './ownership/session-reconciler';
import { SessionHeartbeatStarter } from './heartbeat/session-heartbeat-starter';
import { SessionUpdater } from './ending/session-updater';

/** Global for `FactIntake`, which channels need. Needs a `SessionStore`, an `IdempotencyStore`, the `GuestChannels` and the `SessionPolicies` from the composition root. */
@Global()
@Module({
  imports: [HeartbeatModule, OutboundHttpModule.withConnections(MAX_FORWARDED)],
  controllers: [SessionController, AuthenticationController, LimitsController],
  providers: [
    SessionService,
    SessionIdempotency,
    SessionQueries,
    SessionPresenter,
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
    { provide: FactIntake, useClass: SessionFacts },
    UpstreamDisconnector,
    SessionUpdater,
    SessionHeartbeatStarter,
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
  exports: [SessionQueries, FactIntake],
})
export class SessionModule {}
