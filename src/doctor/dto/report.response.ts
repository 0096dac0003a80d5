import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ServiceReport } from '../doctor.service';
import { type Outcome, OUTCOMES, type ReportedFinding } from '../finding';

/** One line of the report. */
export class FindingResponse {
  @ApiProperty({ type: String, example: 'login demo-client' })
  readonly check: string;

  @ApiProperty({ enum: OUTCOMES })
  readonly outcome: Outcome;

  /** The condition that was found and its meaning for the service. */
  @ApiProperty({ type: String, example: 'Genesys Cloud does not accept the client' })
  readonly message: string;

  /** The setting to change, or the page of Genesys Cloud Admin; with `warn` and `fail`. */
  @ApiPropertyOptional({ type: String, example: 'Correct GENESYS_CLIENT_SECRET.' })
  readonly fix?: string;

  constructor({ check, outcome, message, fix }: ReportedFinding) {
    this.check = check;
    this.outcome = outcome;
    this.message = message;
    if (fix !== undefined) this.fix = fix;
  }
}

/** The number of findings of each outcome. */
export class FindingCountsResponse {
  @ApiProperty({ type: 'integer', example: 1 })
  readonly skipped: number;

  @ApiProperty({ type: 'integer', example: 17 })
  readonly ok: number;

  @ApiProperty({ type: 'integer', example: 1 })
  readonly warn: number;

  @ApiProperty({ type: 'integer', example: 1 })
  readonly fail: number;

  constructor({ skipped, ok, warn, fail }: ServiceReport['counts']) {
    this.skipped = skipped;
    this.ok = ok;
    this.warn = warn;
    this.fail = fail;
  }
}

/** The findings of an examination. */
export class ReportResponse {
  /** The worst of all findings. */
  @ApiProperty({ enum: OUTCOMES })
  readonly outcome: Outcome;

  @ApiProperty({ type: FindingCountsResponse })
  readonly counts: FindingCountsResponse;

  /** In the order of the checks; a check may have several. */
  @ApiProperty({ type: [FindingResponse] })
  readonly checks: readonly FindingResponse[];

  /** The id of the replica that examined the deployment. */
  @ApiProperty({ type: String, example: 'b3a1c7de-6f2d-4b1c-9a55-1f0f6ad0e2f4' })
  readonly replica: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly startedAt: string;

  @ApiProperty({ type: 'integer', example: 840 })
  readonly durationMs: number;

  constructor(report: ServiceReport) {
    this.outcome = report.outcome;
    this.counts = new FindingCountsResponse(report.counts);
    this.checks = report.checks.map((finding) => new FindingResponse(finding));
    this.replica = report.replica;
    this.startedAt = new Date(report.startedAt).toISOString();
    this.durationMs = report.durationMs;
  }
}
