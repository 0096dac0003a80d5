import { Answer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { DeploymentEndpoint } from './deployment-endpoint';
import { FileEndpoint } from './file-endpoint';
import { GuestTokenEndpoint } from './guest-token-endpoint';
import { HistoryEndpoint } from './history-endpoint';
import { WebMessaging } from './web-messaging';

/** The HTTP endpoints of web messaging, for callers without an OAuth token of the organisation. */
export class WebMessagingEndpoints {
  private readonly deployments: DeploymentEndpoint;
  private readonly files: FileEndpoint;
  private readonly history: HistoryEndpoint;
  private readonly guestTokens: GuestTokenEndpoint;

  constructor(web: WebMessaging) {
    const { deployments, attachments, attachmentHandler, registry, tokens, throttle, identities, settings } =
      web;
    this.deployments = new DeploymentEndpoint(deployments);
    this.files = new FileEndpoint(attachments, attachmentHandler, registry, settings.now);
    this.history = new HistoryEndpoint(registry, tokens, throttle, settings.now);
    this.guestTokens = new GuestTokenEndpoint(deployments, identities, registry);
  }

  /** Returns undefined for any other path. */
  answer(request: SimulatedRequest, correlationId: string): Answer | undefined {
    return (
      this.deployments.answer(request) ??
      this.files.answer(request) ??
      this.history.answer(request, correlationId) ??
      this.guestTokens.answer(request, correlationId)
    );
  }
}
