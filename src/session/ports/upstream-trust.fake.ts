import { StorageUnavailableError } from '../../common/errors/storage-unavailable.error';
import { UpstreamTrust } from './upstream-trust';

/** Trusted unless the test says otherwise. */
export class FakeUpstreamTrust extends UpstreamTrust {
  isTrusted = true;

  assertTrusted(): void {
    if (!this.isTrusted) throw new StorageUnavailableError();
  }
}
