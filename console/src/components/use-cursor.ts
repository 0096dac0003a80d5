import { useState } from 'react';

export interface CursorPaging {
  /** The cursor of the shown page; undefined on the first one. */
  readonly cursor: string | undefined;
  /** Counts from 1. */
  readonly page: number;
  readonly next: (cursor: string) => void;
  readonly previous: () => void;
}

interface Visited {
  readonly filters: string;
  readonly cursors: readonly string[];
}

/** The way through the pages of a list; it begins again whenever the filters change. */
export function useCursor(filters: string): CursorPaging {
  const [visited, setVisited] = useState<Visited>({ filters, cursors: [] });
  const cursors = visited.filters === filters ? visited.cursors : [];
  return {
    cursor: cursors.at(-1),
    page: cursors.length + 1,
    next: (cursor) => {
      setVisited({ filters, cursors: [...cursors, cursor] });
    },
    previous: () => {
      setVisited({ filters, cursors: cursors.slice(0, -1) });
    },
  };
}
