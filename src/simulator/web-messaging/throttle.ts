import { RateWindow } from '../genesys/rate-window';
import { tooManyRequestsFrame } from './guest-error';
import { ServerFrame } from './server-frame';
import { WebMessagingLimits, WebMessagingSettings } from './web-messaging-options';

export type LimitName = Exclude<keyof WebMessagingLimits, 'connectionsPerToken' | 'secondMs' | 'minuteMs'>;

const TEXTS: Readonly<Record<LimitName, string>> = {
  messagesPerSession: 'Message rate too high for this session',
  requestsPerConnection: 'Request rate too high for this connection',
  configuresPerSession: 'ConfigureSession rate too high for this session',
  echoesPerConnection: 'Health check rate too high for this connection',
  historyPerSession: 'History rate too high for this session',
  connectionsPerDeployment: 'Connection rate too high for this deployment',
};

/** Enforces the limits of web messaging and counts the requests beyond each of them. */
export class Throttle {
  private readonly counts = new Map<LimitName, number>();

  constructor(private readonly settings: WebMessagingSettings) {}

  /** Number of refused requests by limit; only limits that were exceeded are present. */
  get refused(): Readonly<Partial<Record<LimitName, number>>> {
    return Object.fromEntries(this.counts);
  }

  get totalRefused(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  admits(limit: LimitName, window: RateWindow): boolean {
    if (window.admit(this.settings.limits[limit], this.settings.now())) return true;
    this.counts.set(limit, (this.counts.get(limit) ?? 0) + 1);
    return false;
  }

  /** Returns the frame that refuses a request which came too early, else undefined. */
  refuse(
    limit: LimitName,
    window: RateWindow,
    { tracingId }: { readonly tracingId: string | undefined },
  ): ServerFrame | undefined {
    if (this.admits(limit, window)) return undefined;
    return tooManyRequestsFrame(this.secondsLeft(window), TEXTS[limit], tracingId);
  }

  secondsLeft(window: RateWindow): number {
    return window.secondsLeft(this.settings.now());
  }

  reset(): void {
    this.counts.clear();
  }
}
