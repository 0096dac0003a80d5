import type { Environment } from './environment';

/** How to reach the guest WebSocket, and for which deployment. */
export class WebMessagingConfig {
  readonly deploymentId: string;
  /** Sent with every connection; the deployment has to allow it. */
  readonly origin: string;
  /** Of the guest WebSocket, deployment included. */
  readonly socketUrl: string;
  /** Of the description of the deployment. */
  readonly deploymentUrl: string;
  readonly timeoutMs: number;
  /** How long before the platform lets a session expire that is told; 0: never. */
  readonly expiryWarningMs: number;
  /** Whether files may be put to private addresses and over `http:`, as far as the platform says so. */
  readonly uploadsAllowPrivate: boolean;

  constructor(environment: Environment) {
    const region = environment.GENESYS_REGION ?? '';
    const messagingUrl = environment.GENESYS_MESSAGING_URL ?? `wss://webmessaging.${region}`;
    const cdnUrl = environment.GENESYS_CDN_URL ?? `https://api-cdn.${region}`;
    this.deploymentId = environment.GENESYS_DEPLOYMENT_ID ?? '';
    this.origin = environment.GENESYS_ORIGIN ?? '';
    const id = encodeURIComponent(this.deploymentId);
    this.socketUrl = `${withoutSlash(messagingUrl)}/v1?deploymentId=${id}`;
    this.deploymentUrl = `${withoutSlash(cdnUrl)}/webdeployments/v1/deployments/${id}/config.json`;
    this.expiryWarningMs = environment.SESSION_EXPIRY_WARNING_SECONDS * 1000;
    this.timeoutMs = environment.UPSTREAM_TIMEOUT_MS;
    this.uploadsAllowPrivate = environment.GENESYS_UPLOAD_ALLOW_PRIVATE;
  }

  /** Whether there is a deployment to hold sessions with. */
  get isComplete(): boolean {
    return this.deploymentId !== '' && this.origin !== '';
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
