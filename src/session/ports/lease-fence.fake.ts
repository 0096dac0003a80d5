import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { LeaseFence } from './lease-fence';

/** Trusted unless the test says otherwise. */
export class FakeLeaseFence extends LeaseFence {
  isValid = true;

  assertValid(): void {
    if (!this.isValid) throw new StorageUnavailableError();
  }
}
