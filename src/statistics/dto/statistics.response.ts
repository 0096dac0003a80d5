import { ApiProperty } from '@nestjs/swagger';
import type { StatisticsPoint } from '../domain/statistics-point';
import type { Statistics } from '../statistics.queries';

const MOMENT = { type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' } as const;
const COUNT = { type: 'integer', nullable: true, minimum: 0 } as const;
const COUNTS = { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } } as const;
const DURATION = { type: 'integer', nullable: true, minimum: 0 } as const;

class BeatStatisticsResponse {
  /** Heartbeats that were started. */
  @ApiProperty({ ...COUNT, example: 240 })
  count: number | null = null;

  /** How much later than planned beats started, in milliseconds: at most this in half of the beats. */
  @ApiProperty({ ...DURATION, example: 2 })
  latenessP50Ms: number | null = null;

  /** At most this in 99 % of the beats. */
  @ApiProperty({ ...DURATION, example: 19 })
  latenessP99Ms: number | null = null;
}

class BudgetStatisticsResponse {
  /** The OAuth client's id. */
  @ApiProperty({ type: String, example: 'demo-client' })
  oauthClient: string = '';

  /** The highest share of the platform's rate limit that was used, by the platform's own count; 1 after a 429. */
  @ApiProperty({ type: Number, minimum: 0, maximum: 1, example: 0.42 })
  used: number = 0;
}

class DeliveryStatisticsResponse {
  /** Events that the deployment's sinks accepted. */
  @ApiProperty({ ...COUNT, example: 32 })
  count: number | null = null;

  /** Time from a change to its delivery in milliseconds: at most this in half of the deliveries. */
  @ApiProperty({ ...DURATION, example: 31 })
  delayP50Ms: number | null = null;

  /** At most this in 99 % of the deliveries. */
  @ApiProperty({ ...DURATION, example: 223 })
  delayP99Ms: number | null = null;

  /** Deliveries that were given up. */
  @ApiProperty({ ...COUNT, example: 0 })
  dead: number | null = null;
}

/** All replicas together. Where none of them wrote a minute of the point, numbers are null, and the rest is empty. */
export class StatisticsPointResponse {
  /** The beginning of the point. */
  @ApiProperty(MOMENT)
  at: string = '';

  /** Sessions that became active. */
  @ApiProperty({ ...COUNT, example: 16 })
  opened: number | null = null;

  /** Ended sessions by end reason. */
  @ApiProperty({ ...COUNTS, example: { requested: 12 } })
  ended: Record<string, number> = {};

  /** Active sessions at the end of a minute; in longer points the mean of their minutes. */
  @ApiProperty({ ...COUNT, example: 120 })
  live: number | null = null;

  /** Failed openings by problem code. */
  @ApiProperty({ ...COUNTS, example: { 'upstream-timeout': 1 } })
  failed: Record<string, number> = {};

  @ApiProperty({ type: BeatStatisticsResponse })
  beats: BeatStatisticsResponse = new BeatStatisticsResponse();

  /** The use of OAuth clients, in the order of their ids. */
  @ApiProperty({ type: [BudgetStatisticsResponse] })
  budget: BudgetStatisticsResponse[] = [];

  @ApiProperty({ type: DeliveryStatisticsResponse })
  deliveries: DeliveryStatisticsResponse = new DeliveryStatisticsResponse();

  constructor(point: StatisticsPoint) {
    this.at = momentOf(point.at);
    if (!point.isWritten) return;
    const { opened, live, ended, failed, lateness, delays, dead, budgets } = point;
    this.opened = opened;
    this.live = live;
    this.ended = Object.fromEntries(ended);
    this.failed = Object.fromEntries(failed);
    this.beats = {
      count: lateness.count,
      latenessP50Ms: lateness.percentileMs(0.5) ?? null,
      latenessP99Ms: lateness.percentileMs(0.99) ?? null,
    };
    this.budget = [...budgets]
      .map(([oauthClient, used]) => ({ oauthClient, used }))
      .sort((one, other) => (one.oauthClient < other.oauthClient ? -1 : 1));
    this.deliveries = {
      count: delays.count,
      delayP50Ms: delays.percentileMs(0.5) ?? null,
      delayP99Ms: delays.percentileMs(0.99) ?? null,
      dead,
    };
  }
}

/** Points without gaps, from `from` on and before `to`. */
export class StatisticsResponse {
  @ApiProperty(MOMENT)
  readonly from: string;

  @ApiProperty(MOMENT)
  readonly to: string;

  /** Seconds of a point. */
  @ApiProperty({ type: 'integer', example: 60 })
  readonly step: number;

  /** Minutes before this time are complete. */
  @ApiProperty(MOMENT)
  readonly writtenUntil: string;

  @ApiProperty({ type: [StatisticsPointResponse] })
  readonly points: readonly StatisticsPointResponse[];

  constructor({ from, to, stepMs, writtenUntil, points }: Statistics) {
    this.from = momentOf(from);
    this.to = momentOf(to);
    this.step = stepMs / 1_000;
    this.writtenUntil = momentOf(writtenUntil);
    this.points = points.map((point) => new StatisticsPointResponse(point));
  }
}

function momentOf(at: number): string {
  return new Date(at).toISOString();
}
