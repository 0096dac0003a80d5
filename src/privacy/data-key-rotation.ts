import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { sleep } from '../common/time/sleep';
import { Loop } from '../common/time/loop';
import { ReencryptionStore, type WalkPosition } from './ports/reencryption.store';
import { PrivacyTelemetry } from './privacy.telemetry';

const PAUSE_MS = 60_000;
/** Texts per transaction; a pause between two leaves the database to callers and relays. */
const BATCH = 100;
const REST_MS = 20;
/** Delay before a walk is repeated that has met texts which no key decrypts. */
const REPEAT_MS = 3_600_000;

/**
 * Re-encrypts texts that are stored under older keys or in plain text with the current key, in small steps from the
 * start on, and reports the keys that are no longer needed. An interrupted walk begins again and skips finished
 * texts. A text that no key decrypts does not block the others; as long as there is one, no key is retired.
 */
@Injectable()
export class DataKeyRotation implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly abort = new AbortController();
  private restsUntil = -Infinity;
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.rotate(),
    (error) => {
      this.telemetry.rotationFailed(error);
    },
  );

  constructor(
    private readonly keys: ReencryptionStore,
    private readonly telemetry: PrivacyTelemetry,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.abort.abort();
    await this.loop.stop();
  }

  private async rotate(): Promise<void> {
    if (performance.now() < this.restsUntil) return;
    const outdated = await this.keys.outdated();
    if (outdated.length === 0) return;
    this.telemetry.rotationBegan(outdated);
    const walk = await this.renewAll();
    if (walk === undefined) return;
    if (walk.unreadable > 0) {
      this.restsUntil = performance.now() + REPEAT_MS;
      this.telemetry.rotationIncomplete(walk.unreadable);
      return;
    }
    await this.keys.retire(outdated);
    this.telemetry.rotationEnded(outdated, walk.renewed);
  }

  /** The numbers of texts; undefined if the process stops before the end of the walk. */
  private async renewAll(): Promise<{ readonly renewed: number; readonly unreadable: number } | undefined> {
    let [renewed, unreadable] = [0, 0];
    let position: WalkPosition | undefined;
    do {
      if (this.abort.signal.aborted) return undefined;
      const step = await this.keys.renew(BATCH, position);
      renewed += step.renewed;
      unreadable += step.unreadable.length;
      for (const text of step.unreadable) this.telemetry.unreadable(text);
      position = step.next;
      await sleep(REST_MS, this.abort.signal);
    } while (position !== undefined);
    return { renewed, unreadable };
  }
}
