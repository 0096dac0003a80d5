import { Title } from '@mantine/core';
import { type ReactElement, type ReactNode, useEffect } from 'react';

interface PageHeaderProps {
  readonly title: string;
  /** The list that the page belongs to. */
  readonly parent?: { readonly title: string; readonly href: string };
  readonly children?: ReactNode;
}

/** The heading of a page, which is also the title of the document; its children stand beside it. */
export function PageHeader({ title, parent, children }: PageHeaderProps): ReactElement {
  useEffect(() => {
    document.title = `${title} · Guest sessions console`;
  }, [title]);
  return (
    <header className="page-header">
      <div>
        {parent !== undefined && (
          <nav aria-label="Breadcrumb">
            <a href={parent.href}>{parent.title}</a>
          </nav>
        )}
        <Title order={1} size="h3" tabIndex={-1} id="page-title">
          {title}
        </Title>
      </div>
      <div className="page-header-side">{children}</div>
    </header>
  );
}
