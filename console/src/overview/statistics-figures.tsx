import type { ReactElement } from 'react';
import { Figure } from '../components/figure';
import { durationText } from '../format/age';
import { countText } from '../format/figures';
import { useLimits } from '../limits/use-limits';
import type { StatisticsSummary } from './statistics-summary';

/** The figures of a span. */
export function StatisticsFigures({ summary }: { readonly summary: StatisticsSummary }): ReactElement {
  const { live, opened, ended, failed, worstLatenessMs, deadDeliveries } = summary;
  // A minute is shown once it is over; the sessions of now are in the limits.
  const { data: limits } = useLimits();
  return (
    <dl className="figures">
      <Figure
        label="Live sessions"
        value={countText(limits?.sessions.live ?? live)}
        note={<a href="#/sessions?state=active">Show active</a>}
      />
      <Figure label="Opened" value={countText(opened)} />
      <Figure label="Ended" value={countText(ended)} />
      <Figure label="Failed openings" value={countText(failed)} />
      <Figure
        label="Heartbeat lateness"
        value={worstLatenessMs === undefined ? '–' : durationText(worstLatenessMs)}
        note="worst 99th percentile"
      />
      <Figure
        label="Deliveries gone dead"
        value={countText(deadDeliveries)}
        note={<a href="#/deliveries?status=dead">Show dead</a>}
      />
    </dl>
  );
}
