import { Injectable, Logger } from '@nestjs/common';
import { LogThrottle } from '../../../common/logging/log-throttle';
import { Metrics } from '../../../metrics/metrics';
import type { UploadTargetRefusedError } from './upload-target.errors';

/** All guests get their places from one platform: their number is told, and not each of them. */
const SAME_LINE_MS = 10_000;

/** The places for files that the platform names, as operators see them. Nothing of a URL or a header is told. */
@Injectable()
export class UploadTelemetry {
  private readonly log = new Logger('Uploads');
  private readonly refused;
  private readonly dropped;
  private readonly refusedLines = new LogThrottle(SAME_LINE_MS);
  private readonly droppedLines = new LogThrottle(SAME_LINE_MS);

  constructor(metrics: Metrics) {
    this.refused = metrics.counter(
      'upload_targets_refused_total',
      'Places for files that the platform named and nothing was sent to, by rule',
      ['rule'],
    );
    this.dropped = metrics.counter(
      'upload_headers_dropped_total',
      'Headers for the upload of files that the platform named and were not sent',
    );
  }

  /** A person must act: storage in a private network needs a setting, and anything else is an attack. */
  targetRefused({ rule }: UploadTargetRefusedError): void {
    this.refused.inc({ rule });
    this.refusedLines.say((count) => {
      this.log.error({ message: 'Upload target refused', reason: rule, count });
    });
  }

  /** A storage that wants them refuses the file. */
  headersDropped(dropped: number): void {
    if (dropped === 0) return;
    this.dropped.inc(dropped);
    this.droppedLines.say((count) => {
      this.log.warn({ message: 'Upload headers dropped: not on the allow-list', count });
    });
  }
}
