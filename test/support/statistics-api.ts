import type { ApiClient } from './api-client';

const MINUTE_MS = 60_000;

export interface PointBody {
  readonly at: string;
  readonly opened: number | null;
  readonly live: number | null;
  readonly ended: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly beats: { readonly count: number | null; readonly latenessP99Ms: number | null };
  readonly budget: readonly { readonly oauthClient: string; readonly used: number }[];
  readonly deliveries: {
    readonly count: number | null;
    readonly delayP50Ms: number | null;
    readonly dead: number | null;
  };
}

export interface StatisticsBody {
  readonly from: string;
  readonly to: string;
  readonly step: number;
  readonly writtenUntil: string;
  readonly points: readonly PointBody[];
}

/** Reads the minutes around this moment, the current one included: a process that has stopped wrote it. */
export async function statisticsAround(api: ApiClient): Promise<StatisticsBody> {
  const [from, to] = [-30 * MINUTE_MS, MINUTE_MS].map((ms) => new Date(Date.now() + ms).toISOString());
  const { body } = await api.request('GET', `/v1/statistics?from=${from}&to=${to}`);
  return body as unknown as StatisticsBody;
}

/** The points of minutes that a replica wrote. */
export function writtenPoints({ points }: StatisticsBody): PointBody[] {
  return points.filter(({ opened }) => opened !== null);
}

/** The sum of a figure over the written points: the test may have passed the end of a minute. */
export function totalOf(
  body: StatisticsBody,
  figure: (point: PointBody) => number | null | undefined,
): number {
  return writtenPoints(body).reduce((sum, point) => sum + (figure(point) ?? 0), 0);
}
