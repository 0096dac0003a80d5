import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';

/** Log lines and metrics of secret files. They never contain the content of a file. */
@Injectable()
export class SecretFilesTelemetry {
  private readonly log = new Logger('SecretFiles');

  constructor(private readonly metrics: Metrics) {}

  /** `readings` returns for each setting whether its file is unusable. */
  watch(readings: () => Readonly<Record<string, () => number>>): void {
    this.metrics.gaugeBy(
      'secret_file_unusable',
      'Whether the file of a setting is missing or is invalid: 1 or 0',
      'setting',
      readings,
    );
  }

  unusable(setting: string): void {
    this.log.error({ message: 'Secret file unusable, last values stay in force', setting });
  }

  usable(setting: string): void {
    this.log.log({ message: 'Secret file usable again', setting });
  }
}
