import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { Lease } from './lease';

/** A lease that is what the test says; by default that of the only process there is. */
export class FakeLease extends Lease {
  holder = 'here';
  isShared = false;
  isValid = true;
  trustLeftMs = Number.POSITIVE_INFINITY;
  lookEveryMs = 60_000;
  isRetired = false;
  hasLeft = false;
  /** How often it was looked whether others are gone. */
  looks = 0;
  private readonly listeners: (() => void)[] = [];

  assertValid(): void {
    if (!this.isValid) throw new StorageUnavailableError();
  }

  onLost(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Somebody has taken it; from then on this process is another replica. */
  lose(next: string): void {
    for (const listener of this.listeners) listener();
    this.holder = next;
  }

  expireOthers(): Promise<void> {
    this.looks += 1;
    return Promise.resolve();
  }

  retire(): Promise<void> {
    this.isRetired = true;
    return Promise.resolve();
  }

  leave(): Promise<void> {
    this.hasLeft = true;
    return Promise.resolve();
  }
}
