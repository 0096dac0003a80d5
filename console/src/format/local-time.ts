const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const DAY = { month: 'short', day: '2-digit' } as const;

const FULL = new Intl.DateTimeFormat(undefined, { year: 'numeric', ...DAY, ...TIME });
const OF_THIS_YEAR = new Intl.DateTimeFormat(undefined, { ...DAY, ...TIME });
const OF_TODAY = new Intl.DateTimeFormat(undefined, TIME);

/** A moment in the time zone of the browser, without the date if it is today's, and without the year if it is this one. */
export function localTimeText(at: Date, now: number): string {
  const today = new Date(now);
  if (at.toDateString() === today.toDateString()) return OF_TODAY.format(at);
  return (at.getFullYear() === today.getFullYear() ? OF_THIS_YEAR : FULL).format(at);
}

/** The ISO time of the value of a `datetime-local` field; undefined for an empty or invalid one. */
export function isoOfLocal(value: string | undefined): string | undefined {
  const at = new Date(value ?? '');
  return value === undefined || value === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
