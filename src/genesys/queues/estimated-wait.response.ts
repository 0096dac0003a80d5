import { ApiProperty } from '@nestjs/swagger';

/** The estimated wait of a new conversation in a queue. */
export class EstimatedWaitResponse {
  /** The queue in Genesys Cloud. */
  @ApiProperty({ type: String, example: '3f1c8f0a-5a0e-4a38-9a6e-2f3f5a0b7d11' })
  readonly queueId: string;

  /** Null where Genesys Cloud has no estimate, such as in a queue without agents. */
  @ApiProperty({ type: 'integer', nullable: true, example: 45 })
  readonly estimatedWaitTimeSeconds: number | null;

  /** Time of the estimate, at most half a minute ago. */
  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly asOf: string;

  constructor(queueId: string, seconds: number | null, asOf: number) {
    this.queueId = queueId;
    this.estimatedWaitTimeSeconds = seconds;
    this.asOf = new Date(asOf).toISOString();
  }
}
