import type { ReactElement } from 'react';
import { Icon } from '../components/icon';
import type { PageName } from '../router/route';

const PATHS: Readonly<Record<PageName, string>> = {
  overview: 'M3 17l5-6 4 3 5-8M3 3v14h14',
  sessions: 'M3 4h14v9H9l-4 3v-3H3z',
  deliveries: 'M3 10h11M10 5l5 5-5 5M17 4v12',
  receivers: 'M4 5h12v4H4zM4 11h12v4H4zM7 7h.01M7 13h.01',
  webhooks: 'M7 7a3 3 0 1 1 5 2l2 4M5 12a3 3 0 1 0 4 3h5M14 12a3 3 0 1 1-2 5',
  limits: 'M3 14a7 7 0 0 1 14 0M10 14l4-5',
  doctor: 'M6 3v5a4 4 0 0 0 8 0V3M10 12v2a3 3 0 0 0 6 0v-2M16 10v.01',
  audit: 'M5 3h8l3 3v11H5zM8 9h5M8 12h5M8 15h3',
};

export function PageIcon({ page }: { readonly page: PageName }): ReactElement {
  return <Icon path={PATHS[page]} size={18} />;
}
