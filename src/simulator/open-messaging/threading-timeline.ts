/** The threading time of one messenger type. */
export interface ThreadingSetting {
  readonly messengerType: string;
  readonly timeoutInMinutes: number;
}

export const MAX_THREADING_MINUTES = 4_320;

const MINUTE_MS = 60_000;
const OPEN = 'open';

/**
 * The organisation's threading timeline: the time after a disconnect in which a message continues the conversation,
 * for each messenger type.
 */
export class ThreadingTimeline {
  private settings: readonly ThreadingSetting[];
  private defaultMinutes = MAX_THREADING_MINUTES;

  constructor(openMinutes: number) {
    this.settings = [{ messengerType: OPEN, timeoutInMinutes: openMinutes }];
  }

  /** The time of Open Messaging in milliseconds; 0: each message after a disconnect begins a conversation. */
  get openMs(): number {
    const setting = this.settings.find(({ messengerType }) => messengerType === OPEN);
    return (setting?.timeoutInMinutes ?? this.defaultMinutes) * MINUTE_MS;
  }

  /** Replaces the whole list; messenger types without an entry have the default. */
  replace(settings: readonly ThreadingSetting[], defaultMinutes: number): void {
    this.settings = settings;
    this.defaultMinutes = defaultMinutes;
  }

  toResource(): unknown {
    return { settings: this.settings, defaultTimeoutMinutes: this.defaultMinutes };
  }
}
