import { ApiProperty } from '@nestjs/swagger';

export class MetricsResponse {
  /** Mean latency of successful deliveries to the CRM, in whole milliseconds; 0 before the first. */
  @ApiProperty({ type: 'integer', example: 42 })
  averageLatencyMs: number = 0;

  /** Share of started sessions that ended as `disconnected`, with four decimals. */
  @ApiProperty({ type: String, example: '0.0125' })
  disconnectionRate: string = '0.0000';

  /** Sessions that became active since the service was first started; each counts once. */
  @ApiProperty({ type: 'integer', example: 320 })
  totalSessions: number = 0;

  /** Ended sessions by end reason. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { requested: 12 } })
  endedByReason: Readonly<Record<string, number>> = {};
}
