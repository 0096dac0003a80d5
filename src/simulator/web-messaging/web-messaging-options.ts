import { DeploymentOptions } from './deployment';

/** The platform's limits, each for the window in its name. */
export interface WebMessagingLimits {
  readonly messagesPerSession: number;
  readonly requestsPerConnection: number;
  readonly configuresPerSession: number;
  readonly echoesPerConnection: number;
  readonly historyPerSession: number;
  readonly connectionsPerDeployment: number;
  readonly connectionsPerToken: number;
  /** Length of the "second" of messages, in milliseconds. */
  readonly secondMs: number;
  /** Length of the "minute" of all other limits, in milliseconds. */
  readonly minuteMs: number;
}

export interface WebMessagingOptions {
  /** Default: one deployment with the default settings. */
  readonly deployments?: readonly DeploymentOptions[];
  readonly limits?: Partial<WebMessagingLimits>;
  /** Lifetime of the history token, in seconds. */
  readonly historyTokenSeconds?: number;
  /** Lifetime of the token that an authenticated guest configures with, in seconds. */
  readonly guestTokenSeconds?: number;
  /** Time in which an attachment can be downloaded and sent, in seconds. */
  readonly attachmentSeconds?: number;
  /** Number of frames of each direction that a connection's log keeps; 0 keeps none. */
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

/** The options with all defaults applied. */
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
