import { DeploymentOptions } from './deployment';

/** The platform's limits, each per the window it is named after. */
export interface WebMessagingLimits {
  readonly messagesPerSession: number;
  readonly requestsPerConnection: number;
  readonly configuresPerSession: number;
  readonly echoesPerConnection: number;
  readonly historyPerSession: number;
  readonly connectionsPerDeployment: number;
  readonly connectionsPerToken: number;
  /** How long the "second" of messages is. */
  readonly secondMs: number;
  /** How long the "minute" of everything else is. */
  readonly minuteMs: number;
}

export interface WebMessagingOptions {
  /** One with the defaults unless told. */
  readonly deployments?: readonly DeploymentOptions[];
  readonly limits?: Partial<WebMessagingLimits>;
  /** Of the token that opens the history. */
  readonly historyTokenSeconds?: number;
  /** Of the token that an authenticated guest configures with. */
  readonly guestTokenSeconds?: number;
  /** How long an attachment can be fetched and sent. */
  readonly attachmentSeconds?: number;
  /** How many frames of each direction are kept of a connection; 0 keeps none. */
  readonly keptFrames?: number;
}

export const PLATFORM_LIMITS: WebMessagingLimits = {
  messagesPerSession: 5,
  requestsPerConnection: 60,
  configuresPerSession: 60,
  echoesPerConnection: 2,
  historyPerSession: 10,
  connectionsPerDeployment: 1000,
  connectionsPerToken: 3,
  secondMs: 1_000,
  minuteMs: 60_000,
};

/** The options with everything filled in. */
export interface WebMessagingSettings extends Required<Omit<WebMessagingOptions, 'limits' | 'deployments'>> {
  readonly limits: WebMessagingLimits;
  readonly now: () => number;
}

export function settingsOf(options: WebMessagingOptions, now: () => number): WebMessagingSettings {
  return {
    limits: { ...PLATFORM_LIMITS, ...options.limits },
    historyTokenSeconds: options.historyTokenSeconds ?? 60,
    guestTokenSeconds: options.guestTokenSeconds ?? 900,
    attachmentSeconds: options.attachmentSeconds ?? 259_200,
    keptFrames: options.keptFrames ?? 100,
    now,
  };
}
