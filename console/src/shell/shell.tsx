import { Burger } from '@mantine/core';
import { type ReactElement, type ReactNode, useState } from 'react';
import { LiveRegion } from '../components/live-region';
import type { PageName } from '../router/route';
import { CallerMenu } from './caller-menu';
import { ColorSchemeSwitch } from './color-scheme-switch';
import { Navigation } from './navigation';

interface ShellProps {
  readonly current: PageName | undefined;
  readonly children: ReactNode;
}

/** The frame of all pages: bar, navigation, main part, and the live region. */
export function Shell({ current, children }: ShellProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const skip = (): void => document.getElementById('main')?.focus();
  return (
    <div className="shell">
      <button type="button" className="skip-link" onClick={skip}>
        Skip to content
      </button>
      <header className="bar">
        <Burger
          size="sm"
          className="burger"
          opened={isOpen}
          aria-label={isOpen ? 'Close navigation' : 'Open navigation'}
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => setOpen(!isOpen)}
        />
        <a className="brand" href="#/" aria-label="Guest sessions, overview">
          <span className="brand-mark" aria-hidden="true" />
          <span className="brand-name">Guest sessions</span>
        </a>
        <div className="bar-side">
          <ColorSchemeSwitch />
          <CallerMenu />
        </div>
      </header>
      <div className={isOpen ? 'side side-open' : 'side'}>
        <Navigation current={current} onNavigate={() => setOpen(false)} />
      </div>
      <main id="main" tabIndex={-1} className="main">
        {children}
      </main>
      <LiveRegion />
    </div>
  );
}
