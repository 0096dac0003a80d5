import type { ReactElement } from 'react';
import { hrefOf, type PageName, PAGES } from '../router/route';
import { PageIcon } from './page-icon';

const TITLES: Readonly<Record<PageName, string>> = {
  overview: 'Overview',
  sessions: 'Sessions',
  deliveries: 'Deliveries',
  receivers: 'Receivers',
  webhooks: 'Webhooks',
  limits: 'Limits',
  audit: 'Audit',
  doctor: 'Doctor',
};

interface NavigationProps {
  readonly current: PageName | undefined;
  readonly onNavigate: () => void;
}

/** The links to all pages. */
export function Navigation({ current, onNavigate }: NavigationProps): ReactElement {
  return (
    <nav aria-label="Pages" id="navigation">
      <ul className="navigation">
        {PAGES.map((page) => (
          <li key={page}>
            <a href={hrefOf(page)} aria-current={page === current ? 'page' : undefined} onClick={onNavigate}>
              <PageIcon page={page} />
              {TITLES[page]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
