const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const PART = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? (\d\d):(\d\d)-(\d\d):(\d\d)$/;
const MINUTES_PER_DAY = 24 * 60;

/** A span from one minute of a day until before another one. */
interface Span {
  readonly day: string;
  readonly from: number;
  readonly until: number;
}

/**
 * The hours of a week in local time: `Mon-Fri 08:00-18:00, Sat 10:00-14:00`, or `closed`. The end is excluded and may
 * be 24:00; hours over midnight are written as two parts.
 */
export class BusinessHours {
  private constructor(
    readonly text: string,
    private readonly spans: readonly Span[],
  ) {}

  /** Throws when the text is invalid. */
  static parse(text: string): BusinessHours {
    const parts = text === 'closed' ? [] : text.split(',').map((part) => part.trim());
    return new BusinessHours(text, parts.flatMap(spansOf));
  }

  /** Returns whether a minute of a day, such as `Mon` and 480 for eight o'clock, is within the hours. */
  includes(day: string, minute: number): boolean {
    return this.spans.some((span) => span.day === day && span.from <= minute && minute < span.until);
  }
}

function spansOf(part: string): Span[] {
  const [, first, last = first, ...clock] = PART.exec(part) ?? [];
  const [from, until] = [minuteOf(clock[0], clock[1]), minuteOf(clock[2], clock[3])];
  if (first === undefined || last === undefined || !(from < until && until <= MINUTES_PER_DAY)) {
    throw new Error(`"${part}" is not of the form "Mon-Fri 08:00-18:00"`);
  }
  return daysBetween(first, last).map((day) => ({ day, from, until }));
}

/** Returns the minute of the day, or NaN for an invalid time, for which every comparison is false. */
function minuteOf(hours = '', minutes = ''): number {
  return Number(minutes) < 60 ? Number(hours) * 60 + Number(minutes) : Number.NaN;
}

/** Returns the days from one to the other, also over the end of the week: `Sat-Mon` are three days. */
function daysBetween(first: string, last: string): string[] {
  const days: readonly string[] = DAYS;
  const [from, to] = [days.indexOf(first), days.indexOf(last)];
  return days.filter((_, index) =>
    from <= to ? index >= from && index <= to : index >= from || index <= to,
  );
}
