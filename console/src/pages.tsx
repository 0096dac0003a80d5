import { type ComponentType, lazy, type ReactElement, Suspense, useEffect } from 'react';
import type { PageProps } from './router/page-props';
import type { PageName } from './router/route';
import { useRoute } from './router/use-route';
import { EmptyState } from './components/empty-state';
import { PageHeader } from './components/page-header';
import { PageErrorBoundary } from './shell/page-error-boundary';
import { Shell } from './shell/shell';

const LISTS: Readonly<Record<PageName, ComponentType<PageProps>>> = {
  overview: lazy(async () => ({ default: (await import('./overview/overview-page')).OverviewPage })),
  sessions: lazy(async () => ({ default: (await import('./sessions/sessions-page')).SessionsPage })),
  deliveries: lazy(async () => ({ default: (await import('./deliveries/deliveries-page')).DeliveriesPage })),
  receivers: lazy(async () => ({ default: (await import('./receivers/receivers-page')).ReceiversPage })),
  webhooks: lazy(async () => ({ default: (await import('./webhooks/webhooks-page')).WebhooksPage })),
  limits: lazy(async () => ({ default: (await import('./limits/limits-page')).LimitsPage })),
  audit: lazy(async () => ({ default: (await import('./audit/audit-page')).AuditPage })),
  doctor: lazy(async () => ({ default: (await import('./doctor/doctor-page')).DoctorPage })),
};

const DETAILS: Partial<Record<PageName, ComponentType<{ readonly id: string }>>> = {
  sessions: lazy(async () => ({ default: (await import('./sessions/session-page')).SessionPage })),
  deliveries: lazy(async () => ({ default: (await import('./deliveries/delivery-page')).DeliveryPage })),
  webhooks: lazy(async () => ({ default: (await import('./webhooks/webhook-page')).WebhookPage })),
};

/** The page of the current route, within the shell. */
export function Pages(): ReactElement {
  const route = useRoute();
  const key = `${route.page ?? ''}/${route.id ?? ''}`;
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [key]);
  return (
    <Shell current={route.page}>
      <PageErrorBoundary key={key}>
        <Suspense fallback={<p className="loading">Loading the page …</p>}>
          <CurrentPage route={route} />
        </Suspense>
      </PageErrorBoundary>
    </Shell>
  );
}

function CurrentPage({ route }: PageProps): ReactElement {
  const Detail = route.page === undefined ? undefined : DETAILS[route.page];
  if (route.page !== undefined && route.id === undefined) {
    const List = LISTS[route.page];
    return <List route={route} />;
  }
  if (Detail !== undefined && route.id !== undefined) return <Detail id={route.id} />;
  return (
    <>
      <PageHeader title="Unknown page" />
      <EmptyState title="There is no such page">
        Choose one in the navigation, or go to the <a href="#/">overview</a>.
      </EmptyState>
    </>
  );
}
