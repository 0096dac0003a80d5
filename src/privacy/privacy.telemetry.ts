import { Injectable, Logger } from '@nestjs/common';

/** What operators hear of the keys that guests' names and tokens are encrypted with. An empty id is no key at all. */
@Injectable()
export class PrivacyTelemetry {
  private readonly log = new Logger('Privacy');

  rotationBegan(outdated: readonly string[]): void {
    for (const dataKey of outdated) {
      const message =
        dataKey === ''
          ? 'What is stored in clear is being encrypted'
          : 'What is encrypted with an older key of DATA_KEY is being encrypted anew';
      this.log.log(dataKey === '' ? { message } : { message, dataKey });
    }
  }

  /** `count` is of all of them together. */
  rotationEnded(outdated: readonly string[], count: number): void {
    for (const dataKey of outdated) {
      if (dataKey === '') this.log.log({ message: 'Nothing is stored in clear any more', count });
      else this.log.log({ message: 'A key is no longer needed in DATA_KEY', dataKey, count });
    }
  }

  rotationFailed(error: unknown): void {
    this.log.warn({ message: 'Encrypting anew was interrupted and is repeated', error });
  }
}
