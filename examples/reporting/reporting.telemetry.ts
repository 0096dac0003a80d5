import { Injectable, Logger } from '@nestjs/common';
import { allowLogFields } from '../../src/common/logging/redaction';

allowLogFields('reportId');

/** Log lines of the reporting sink. */
@Injectable()
export class ReportingTelemetry {
  private readonly log = new Logger('Reporting');

  accepted(conversationId: string, reportId: string): void {
    this.log.debug({ message: 'Report accepted', conversationId, reportId });
  }
}
