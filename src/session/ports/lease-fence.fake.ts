import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { LeaseFence } from './lease-fence';

/** Valid unless the test changes it. */
export class FakeLeaseFence extends LeaseFence {
  isValid = true;

  assertValid(): void {
    if (!this.isValid) throw new StorageUnavailableError();
  }
}
