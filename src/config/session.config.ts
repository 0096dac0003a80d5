import type { Environment } from './environment';

const DAY_MS = 86_400_000;
const USUAL_CAPABILITIES = ['typing-indicator', 'read-receipts'];

/** Rules for the opening and the end of sessions. */
export class SessionConfig {
  readonly maxConcurrent: number;
  /** Maximum number of live sessions per caller, if the deployment sets one. */
  readonly maxPerCaller: number | undefined;
  readonly maxDurationSeconds: number;
  readonly defaultDurationSeconds: number;
  readonly requiredCapabilities: readonly string[];
  /** The capabilities of a request without any: the usual ones, and all required ones. */
  readonly defaultCapabilities: readonly string[];
  /** The channel of a request without one. */
  readonly defaultChannel: string;
  /** Limit for an opening upstream, including retries and waits. */
  readonly openDeadlineMs: number;
  /** Time for which the upstream disconnect of an ended session is retried. */
  readonly disconnectDeadlineMs: number;
  /** True if events carry the guest token itself instead of a hash of it. */
  readonly disclosesGuestToken: boolean;
  /** Retention of sessions after their end. */
  readonly keepEndedMs: number;

  constructor(environment: Environment) {
    this.maxConcurrent = environment.SESSION_MAX_CONCURRENT;
    this.maxPerCaller = environment.SESSION_MAX_PER_CALLER;
    this.maxDurationSeconds = environment.SESSION_MAX_DURATION_SECONDS;
    this.defaultDurationSeconds = environment.SESSION_DEFAULT_DURATION_SECONDS;
    this.requiredCapabilities = environment.SESSION_REQUIRED_CAPABILITIES;
    this.defaultCapabilities = [...new Set([...USUAL_CAPABILITIES, ...this.requiredCapabilities])];
    this.defaultChannel = environment.GENESYS_CHANNEL;
    this.openDeadlineMs = environment.SESSION_OPEN_DEADLINE_MS;
    this.disconnectDeadlineMs = environment.SESSION_DISCONNECT_DEADLINE_MS;
    this.disclosesGuestToken = environment.CRM_INCLUDE_GUEST_TOKEN;
    this.keepEndedMs = environment.SESSION_KEEP_DAYS * DAY_MS;
  }
}
