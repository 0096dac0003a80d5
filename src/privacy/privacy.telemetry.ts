import { Injectable, Logger } from '@nestjs/common';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';

/** Log lines and metrics of the rotation of data keys. An empty id stands for plain text. */
@Injectable()
export class PrivacyTelemetry {
  private readonly log = new Logger('Privacy');

  constructor(private readonly poison: PoisonMessageReporter) {}

  rotationBegan(outdated: readonly string[]): void {
    for (const dataKey of outdated) {
      const message =
        dataKey === ''
          ? 'Encryption of plain texts started'
          : 'Re-encryption from an older key of DATA_KEY started';
      this.log.log(dataKey === '' ? { message } : { message, dataKey });
    }
  }

  /** `count` is the total of all keys. */
  rotationEnded(outdated: readonly string[], count: number): void {
    for (const dataKey of outdated) {
      if (dataKey === '') this.log.log({ message: 'Encryption of plain texts completed', count });
      else this.log.log({ message: 'Data key no longer needed', dataKey, count });
    }
  }

  /** `place` is the table, the key of the row and the column of a text that no key decrypts. */
  unreadable(place: string): void {
    this.poison.report('data-keys', place, new Error(`No key of DATA_KEY decrypts ${place}`));
  }

  rotationIncomplete(count: number): void {
    this.log.error({
      message: 'Stored texts undecryptable; no key of DATA_KEY retired',
      count,
    });
  }

  rotationFailed(error: unknown): void {
    this.log.warn({ message: 'Re-encryption interrupted; retrying', error });
  }
}
