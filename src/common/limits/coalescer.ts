import { RequestContext } from '../logging/request-context';

const FIRST_WINDOW_MS = 1_000;
const MAX_WINDOW_MS = 60_000;
/** A kind that was quiet for so long begins again with the first window. */
const FORGOTTEN_AFTER_MS = 60_000;
const TICK_MS = 250;
/** The kind of all that are too many; the first of them stands for the others. */
const OVERFLOW = 'overflow';

interface Burst<Event> {
  readonly event: Event;
  /** Events that are not reported yet. */
  count: number;
  windowMs: number;
  endsAt: number;
}

/**
 * Coalesces events of which outsiders can cause any number: of each kind the first is reported at once, and those that
 * follow within a window as one count when it ends. A window is a second long at first, and each one twice as long as
 * the one before, up to a minute: what goes on for long is reported once a minute.
 *
 *   unknown ── event: reported ──▶ window ── ends with a count: reported ──▶ window, twice as long
 *                                    │ └──── ends without ──▶ idle ── event: reported ──▶ window, twice as long
 *                                                               └──── a minute ──▶ unknown
 *
 * At most `maxKinds` kinds are told apart; further ones share one. Every event is reported, the last ones by `flush`.
 */
export class Coalescer<Event> {
  private readonly bursts = new Map<string, Burst<Event>>();
  private timer: NodeJS.Timeout | undefined;

  /** `report` gets the first event of a kind and how many it stands for; it must not throw. */
  constructor(
    private readonly maxKinds: number,
    private readonly report: (event: Event, count: number) => void,
  ) {}

  add(kind: string, event: Event, count = 1): void {
    const key = this.bursts.has(kind) || this.bursts.size < this.maxKinds ? kind : OVERFLOW;
    const burst = this.bursts.get(key);
    const now = performance.now();
    if (burst !== undefined && (now < burst.endsAt || burst.count > 0)) {
      burst.count += count;
      return;
    }
    const windowMs = nextWindow(burst);
    this.bursts.set(key, { event, count: 0, windowMs, endsAt: now + windowMs });
    this.startTicking();
    this.report(event, count);
  }

  /** Reports every count at once, for a process that stops. */
  flush(): void {
    for (const burst of this.bursts.values()) this.reportCount(burst);
  }

  /** A report that stands for several requests belongs to none of them. */
  private startTicking(): void {
    this.timer ??= RequestContext.leave(() =>
      setInterval(() => {
        this.endWindows(performance.now());
      }, TICK_MS).unref(),
    );
  }

  private endWindows(now: number): void {
    for (const [kind, burst] of this.bursts) {
      if (now >= burst.endsAt) this.reportCount(burst);
      if (now >= burst.endsAt + FORGOTTEN_AFTER_MS) this.bursts.delete(kind);
    }
    if (this.bursts.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private reportCount(burst: Burst<Event>): void {
    const { count, event } = burst;
    if (count === 0) return;
    burst.count = 0;
    burst.windowMs = nextWindow(burst);
    burst.endsAt = performance.now() + burst.windowMs;
    this.report(event, count);
  }
}

function nextWindow(burst: { readonly windowMs: number } | undefined): number {
  return burst === undefined ? FIRST_WINDOW_MS : Math.min(2 * burst.windowMs, MAX_WINDOW_MS);
}
