import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Loop } from '../../common/time/loop';
import { FactIntake } from '../../session/ports/fact-intake';
import { PlatformEventsTelemetry } from './platform-events.telemetry';
import type { SnapshotFacts } from './snapshot-intake';

const MAX_WAITING = 1_000;
const LOOK_EVERY_MS = 1_000;
/** The times after which facts without a session are taken again: an opening has stored its conversation by then. */
const RETRY_AFTER_MS = [1_000, 3_000, 9_000];

interface Waiting extends SnapshotFacts {
  readonly dueAt: number;
  readonly tries: number;
}

/**
 * Facts that arrived before the session of their conversation was active: the platform may report a conversation before the
 * answer of its opening arrives. They wait in memory for a few seconds. Facts of strangers' conversations end here
 * too; those of a process that stops are found by the next read of the conversation.
 */
@Injectable()
export class UnmatchedFacts implements OnApplicationBootstrap, OnModuleDestroy {
  private waiting: Waiting[] = [];
  private readonly loop = new Loop(
    LOOK_EVERY_MS,
    () => this.retry(),
    (error) => {
      this.telemetry.notStored(error);
    },
  );

  constructor(
    private readonly intake: FactIntake,
    private readonly telemetry: PlatformEventsTelemetry,
  ) {}

  get size(): number {
    return this.waiting.length;
  }

  onApplicationBootstrap(): void {
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  add(facts: SnapshotFacts): void {
    if (this.waiting.length >= MAX_WAITING) {
      this.telemetry.unmatched('no-room');
      return;
    }
    this.waiting.push({ ...facts, dueAt: performance.now() + (RETRY_AFTER_MS[0] ?? 0), tries: 0 });
  }

  private async retry(): Promise<void> {
    const now = performance.now();
    const due = this.waiting.filter(({ dueAt }) => dueAt <= now);
    this.waiting = this.waiting.filter(({ dueAt }) => dueAt > now);
    for (const [index, one] of due.entries()) {
      try {
        await this.retryOne(one, now);
      } catch (error) {
        this.waiting.push(...due.slice(index));
        throw error;
      }
    }
  }

  private async retryOne({ reported, facts, tries }: Waiting, now: number): Promise<void> {
    const outcome = await this.intake.take(reported, facts);
    if (outcome === 'recorded' || outcome === 'known') {
      this.telemetry.unmatched('matched');
      return;
    }
    const afterMs = RETRY_AFTER_MS[tries + 1];
    if (afterMs === undefined) this.telemetry.unmatched('unknown-conversation');
    else this.waiting.push({ reported, facts, dueAt: now + afterMs, tries: tries + 1 });
  }
}
