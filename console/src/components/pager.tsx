import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import type { CursorPaging } from './use-cursor';

interface PagerProps {
  /** Names the list. */
  readonly label: string;
  readonly paging: CursorPaging;
  readonly nextCursor: string | null | undefined;
}

/** Buttons to the pages before and after. */
export function Pager({ label, paging, nextCursor }: PagerProps): ReactElement | null {
  const hasNext = nextCursor !== null && nextCursor !== undefined;
  if (paging.page === 1 && !hasNext) return null;
  return (
    <nav className="pager" aria-label={`Pages of ${label}`}>
      <Button size="xs" variant="default" disabled={paging.page === 1} onClick={paging.previous}>
        Previous page
      </Button>
      <span className="muted">Page {paging.page}</span>
      <Button
        size="xs"
        variant="default"
        disabled={!hasNext}
        onClick={() => {
          if (hasNext) paging.next(nextCursor);
        }}
      >
        Next page
      </Button>
    </nav>
  );
}
