const UNITS = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;

/** A time span in its two largest units, such as `2 h 5 min`; below a second in milliseconds. */
export function durationText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 1_000) return `${Math.round(span)} ms`;
  const first = UNITS.findIndex((unit) => span >= unit.ms);
  const [large, small] = [UNITS[first], UNITS[first + 1]];
  if (large === undefined) return '';
  const whole = Math.floor(span / large.ms);
  const rest = small === undefined ? 0 : Math.floor((span - whole * large.ms) / small.ms);
  return `${whole} ${large.name}${small === undefined || rest === 0 ? '' : ` ${rest} ${small.name}`}`;
}

/** The distance of a moment from now in its largest unit: `5 min ago`, `in 5 min`, `now`. */
export function ageText(at: number, now: number): string {
  const distance = Math.abs(now - at);
  const unit = UNITS.find(({ ms }) => distance >= ms);
  if (unit === undefined) return 'now';
  const span = `${Math.floor(distance / unit.ms)} ${unit.name}`;
  return at > now ? `in ${span}` : `${span} ago`;
}
