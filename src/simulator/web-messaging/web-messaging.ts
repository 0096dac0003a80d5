import type { ConversationChanged } from '../genesys/conversation-view';
import { Answer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { UpgradeRequest } from '../server/simulated-service';
import { TimerSet } from '../server/timer-set';
import { AgentActions } from './agent-actions';
import { AttachmentHandler } from './attachment-handler';
import { AttachmentStore } from './attachment-store';
import { ConversationHandler } from './conversation-handler';
import { Deployment, deploymentOf } from './deployment';
import { ExpiryWatch } from './expiry-watch';
import { GuestRequestHandler } from './guest-request-handler';
import { GuestGateway } from './guest-gateway';
import { GuestIdentities } from './guest-identities';
import { GuestSession } from './guest-session';
import { SessionRegistry } from './session-registry';
import { SignedTokens } from './signed-tokens';
import { SocketFaultRegistry } from './socket-fault-registry';
import { Throttle } from './throttle';
import { settingsOf, WebMessagingOptions, WebMessagingSettings } from './web-messaging-options';

const SWEEP_MS = 1_000;

/**
 * Web messaging as the platform offers it to guests: sockets, sessions, history, attachments and sign-in, with the
 * platform's limits. Tests read its state, play the agent and add faults through it.
 */
export class WebMessaging {
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly faults = new SocketFaultRegistry();
  readonly agent: AgentActions;
  readonly settings: WebMessagingSettings;
  readonly registry: SessionRegistry;
  readonly attachments = new AttachmentStore();
  readonly tokens = new SignedTokens();
  readonly throttle: Throttle;
  readonly identities: GuestIdentities;
  readonly conversations: ConversationHandler;
  readonly attachmentHandler: AttachmentHandler;
  private readonly timers = new TimerSet();
  private readonly expiry: ExpiryWatch;
  private readonly gateway: GuestGateway;

  constructor(options: WebMessagingOptions, now: () => number, changed: ConversationChanged) {
    this.registry = new SessionRegistry(changed);
    this.expiry = new ExpiryWatch(this.registry, SWEEP_MS);
    const deployments = (options.deployments ?? [{}]).map(deploymentOf);
    this.deployments = new Map(deployments.map((deployment) => [deployment.id, deployment]));
    this.settings = settingsOf(options, now);
    this.throttle = new Throttle(this.settings);
    this.identities = new GuestIdentities(this.tokens, this.settings);
    this.conversations = new ConversationHandler(this.registry);
    this.attachmentHandler = new AttachmentHandler(this.attachments, this.settings);
    this.agent = new AgentActions(this.registry, this.conversations, this.identities);
    const { faults, timers, registry, throttle, settings } = this;
    const handler = new GuestRequestHandler(this);
    this.gateway = new GuestGateway({
      faults,
      timers,
      settings,
      registry,
      throttle,
      handler,
      deployments: this.deployments,
    });
    this.expiry.start(timers);
  }

  /** Finds a session by token, or by the id of a conversation. */
  session(guest: string): GuestSession | undefined {
    return this.agent.find(guest);
  }

  get sessions(): GuestSession[] {
    return [...this.registry];
  }

  /** Number of open sockets. */
  get openConnections(): number {
    return this.gateway.open;
  }

  upgrade(request: SimulatedRequest, wire: UpgradeRequest): Answer | undefined {
    return this.gateway.upgrade(request, wire);
  }

  /** Expires the sessions that are due and notifies their guests; a timer does so every second. */
  sweep(): void {
    this.expiry.sweep();
  }

  describe(): unknown {
    return {
      sessions: this.registry.size,
      live: this.sessions.filter(({ isLive }) => isLive).length,
      openConnections: this.gateway.open,
      acceptedConnections: this.gateway.accepted,
      conversations: this.sessions.reduce((sum, { conversationIds }) => sum + conversationIds.length, 0),
      refused: this.throttle.refused,
    };
  }

  /** Breaks all sockets, and clears sessions, faults and counts. */
  reset(): void {
    this.gateway.reset();
    this.faults.clear();
    this.registry.clear();
    this.attachments.clear();
    this.identities.clear();
    this.throttle.reset();
  }

  close(): void {
    this.timers.clear();
    this.gateway.reset();
  }
}
