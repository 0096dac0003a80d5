const FORMAT = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** A moment in the time zone of the browser. */
export function localTimeText(at: Date): string {
  return FORMAT.format(at);
}

/** The ISO time of the value of a `datetime-local` field; undefined for an empty or invalid one. */
export function isoOfLocal(value: string | undefined): string | undefined {
  const at = new Date(value ?? '');
  return value === undefined || value === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
