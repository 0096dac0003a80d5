import type { BlockReport } from './block-report';

/** A look of the watchdog thread at the main thread and at its own process; times in milliseconds. */
export interface Look {
  readonly now: number;
  /** Time of the last beat of the main thread. */
  readonly beatAt: number;
  /** Number of beats since the last look. */
  readonly beats: number;
  /** CPU time of the process since its start. */
  readonly cpuMs: number;
}

/** An end of a block, as far as the beats show it. */
export type DetectedBlock = Pick<BlockReport, 'durationMs' | 'cpuMs'> & { readonly isStalled: boolean };

/** Share of a pause of this thread during which the process has to use CPU for it to have run at all. */
const RUNNING_SHARE = 0.5;

/**
 * Tells from the beats of the main thread whether its event loop is blocked.
 *
 *   turning ── late by half of the limit ──▶ suspected ── late beat ──▶ turning, reported if over the limit
 *
 * Time in which this thread did not run either, and the process used hardly any CPU, is no block: the process was
 * stopped, its machine suspended, or its CPU taken by others.
 */
export class BlockDetector {
  private last: Look | undefined;
  private stalledMs = 0;
  /** CPU time at the last look with a beat. */
  private cpuBeforeMs = 0;

  constructor(
    private readonly blockedMs: number,
    private readonly beatMs: number,
    private readonly lookMs: number,
  ) {}

  /** Returns the block that has ended since the last look, if one has. */
  look(look: Look): DetectedBlock | undefined {
    const before = this.last ?? look;
    this.last = look;
    const stallMs = this.stallBetween(before, look);
    if (look.beats === 0) {
      this.stalledMs += stallMs;
      return undefined;
    }
    // The stall was before the beat, unless the main thread is late again.
    const isOfNext = this.lateMs > stallMs / 2;
    const stalledMs = this.stalledMs + (isOfNext ? 0 : stallMs);
    const latenessMs = look.beatAt - before.beatAt - look.beats * this.beatMs;
    const cpuMs = look.cpuMs - this.cpuBeforeMs;
    this.stalledMs = isOfNext ? stallMs : 0;
    this.cpuBeforeMs = isOfNext ? before.cpuMs : look.cpuMs;
    if (latenessMs <= this.blockedMs) return undefined;
    return {
      durationMs: Math.round(latenessMs),
      cpuMs: Math.round(cpuMs),
      isStalled: latenessMs - stalledMs <= this.blockedMs,
    };
  }

  /** Whether the main thread is late by so much, at the last look, that its stack is worth a request. */
  get isSuspected(): boolean {
    return this.lateMs - this.stalledMs > this.blockedMs / 2;
  }

  private get lateMs(): number {
    return this.last === undefined ? 0 : Math.max(0, this.last.now - this.last.beatAt - this.beatMs);
  }

  /** The time between two looks in which the process did not run. */
  private stallBetween(before: Look, { now, cpuMs }: Look): number {
    const pauseMs = now - before.now - this.lookMs;
    const hasRun = cpuMs - before.cpuMs >= pauseMs * RUNNING_SHARE;
    return pauseMs > this.lookMs && !hasRun ? pauseMs : 0;
  }
}
