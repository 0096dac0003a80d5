import type { ReactElement } from 'react';
import { Figure } from '../components/figure';
import { durationText } from '../format/age';
import { countText } from '../format/figures';
import type { StatisticsSummary } from './statistics-summary';

/** The figures of a span. */
export function StatisticsFigures({ summary }: { readonly summary: StatisticsSummary }): ReactElement {
  const { live, opened, ended, failed, worstLatenessMs, deadDeliveries } = summary;
  return (
    <dl className="figures">
      <Figure
        label="Live sessions"
        value={countText(live)}
        note={<a href="#/sessions?state=active">Show active</a>}
      />
      <Figure label="Opened" value={countText(opened)} />
      <Figure label="Ended" value={countText(ended)} />
      <Figure label="Failed requests" value={countText(failed)} />
      <Figure
        label="Worst heartbeat lateness"
        value={worstLatenessMs === undefined ? '–' : durationText(worstLatenessMs)}
        note="99th percentile of a step"
      />
      <Figure
        label="Dead deliveries"
        value={countText(deadDeliveries)}
        note={<a href="#/deliveries?status=dead">Show dead</a>}
      />
    </dl>
  );
}
