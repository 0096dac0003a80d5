import type { ReactElement } from 'react';
import type { Examination } from '../api/schemas';
import { Figure } from '../components/figure';
import { countText } from '../format/figures';

/** The number of findings of each outcome, the worst first. */
export function ExaminationSummary({ counts }: Pick<Examination, 'counts'>): ReactElement {
  return (
    <dl className="figures">
      <Figure label="Failures" value={countText(counts.fail)} note="the service does not work as it should" />
      <Figure label="Warnings" value={countText(counts.warn)} note="works, but not safely or not for long" />
      <Figure label="Fine" value={countText(counts.ok)} note="as the service needs it" />
      <Figure label="Skipped" value={countText(counts.skipped)} note="not set up, or behind a failure" />
    </dl>
  );
}
