import { Answer } from '../server/answer';
import { SimulatedRequest } from '../server/simulated-request';
import { DeploymentEndpoint } from './deployment-endpoint';
import { FileEndpoint } from './file-endpoint';
import { GuestTokenEndpoint } from './guest-token-endpoint';
import { HistoryEndpoint } from './history-endpoint';
import { WebMessaging } from './web-messaging';

/** What web messaging answers over HTTP to callers that the organisation's login does not know. */
export class WebMessagingEndpoints {
  private readonly deployments: DeploymentEndpoint;
  private readonly files: FileEndpoint;
  private readonly history: HistoryEndpoint;
  private readonly guestTokens: GuestTokenEndpoint;

  constructor(web: WebMessaging) {
    const { deployments, attachments, attachmentDesk, book, tokens, throttle, identities, settings } = web;
    this.deployments = new DeploymentEndpoint(deployments);
    this.files = new FileEndpoint(attachments, attachmentDesk, book, settings.now);
    this.history = new HistoryEndpoint(book, tokens, throttle, settings.now);
    this.guestTokens = new GuestTokenEndpoint(deployments, identities, book);
  }

  /** Undefined for a path of something else. */
  answer(request: SimulatedRequest, correlationId: string): Answer | undefined {
    return (
      this.deployments.answer(request) ??
      this.files.answer(request) ??
      this.history.answer(request, correlationId) ??
      this.guestTokens.answer(request, correlationId)
    );
  }
}
