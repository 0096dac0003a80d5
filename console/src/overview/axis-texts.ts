/** Distances between the lines of an axis, all whole: no format shows a part of a millisecond, per cent or session. */
export const AXIS_STEPS: readonly number[] = Array.from(
  { length: 10 },
  (_unused, exponent) => 10 ** exponent,
).flatMap((power) => [power, 2 * power, 5 * power]);

/** The labels of an axis. One that the rounding makes equal to the label before it is left out. */
export function axisTexts(values: readonly number[], format: (value: number) => string): string[] {
  const texts = values.map(format);
  return texts.map((text, index) => (text === texts[index - 1] ? '' : text));
}
