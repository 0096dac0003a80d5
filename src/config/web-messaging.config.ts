import type { Environment } from './environment';

/** Addresses of the guest WebSocket, and its deployment. */
export class WebMessagingConfig {
  readonly deploymentId: string;
  /** Sent with every connection; the deployment has to allow it. */
  readonly origin: string;
  /** URL of the guest WebSocket, including the deployment. */
  readonly socketUrl: string;
  /** URL of the deployment's description. */
  readonly deploymentUrl: string;
  readonly timeoutMs: number;
  /** Time before a session's expiry upstream at which a warning is sent; 0: never. */
  readonly expiryWarningMs: number;
  /** Allows uploads to private addresses and over `http:`, if the platform gives such an address. */
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

  /** True if there is a deployment to hold sessions with. */
  get isComplete(): boolean {
    return this.deploymentId !== '' && this.origin !== '';
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
