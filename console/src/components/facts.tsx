import type { ReactElement, ReactNode } from 'react';

interface FactsProps {
  /** Terms and their values; a value of undefined is left out. */
  readonly facts: Readonly<Record<string, ReactNode>>;
}

/** A description list. */
export function Facts({ facts }: FactsProps): ReactElement {
  return (
    <dl className="facts">
      {Object.entries(facts)
        .filter(([, value]) => value !== undefined)
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
