import { Injectable, Logger } from '@nestjs/common';
import { LogThrottle } from '../../../common/logging/log-throttle';
import { Metrics } from '../../../metrics/metrics';
import type { UploadTargetRefusedError } from './upload-target.errors';

/** All locations come from one platform: a log line states their number, instead of one line for each. */
const REPEAT_INTERVAL_MS = 10_000;

/** Metrics and log lines of the storage locations that the platform names. None holds a URL or a header. */
@Injectable()
export class UploadTelemetry {
  private readonly log = new Logger('Uploads');
  private readonly refused;
  private readonly dropped;
  private readonly refusalLog = new LogThrottle(REPEAT_INTERVAL_MS);
  private readonly headerLog = new LogThrottle(REPEAT_INTERVAL_MS);

  constructor(metrics: Metrics) {
    this.refused = metrics.counter(
      'upload_targets_refused_total',
      'Storage locations of files that the platform named and the service refused, by rule',
      ['rule'],
    );
    this.dropped = metrics.counter(
      'upload_headers_dropped_total',
      'Headers for file uploads that the platform named and the service dropped',
    );
  }

  /** An operator must act: storage in a private network needs a setting, and anything else is an attack. */
  targetRefused({ rule }: UploadTargetRefusedError): void {
    this.refused.inc({ rule });
    this.refusalLog.say((count) => {
      this.log.error({ message: 'Upload target refused', reason: rule, count });
    });
  }

  /** A storage that requires the headers refuses the file. */
  headersDropped(dropped: number): void {
    if (dropped === 0) return;
    this.dropped.inc(dropped);
    this.headerLog.say((count) => {
      this.log.warn({ message: 'Upload headers dropped: not on the allow-list', count });
    });
  }
}
