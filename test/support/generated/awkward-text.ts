/** Texts that are costly to count, to match, to escape or to take apart, as the unit that they repeat. */
export const AWKWARD_UNITS: readonly string[] = [
  ...['a', '0', ' ', '"', '\\', '/', '~'],
  // Almost what a pattern wants, over and over.
  ...['a-', 'a.'],
  // Many code units for one character.
  ...['\u0301', '\u{1f1e9}', '\u{1f469}\u200d'],
];

/** Those that are costly in headers: separators of lists and parameters, and what is almost a quoted text. */
export const AWKWARD_HEADER_UNITS: readonly string[] = [
  ...AWKWARD_UNITS,
  ...[',', '=', '%', 'a, ', '"a",', ';q=0', 'a/a;', 'charset ', 'W/"', '\\"'],
];

/** So many of the units, others for the next turn. */
export function unitsInTurn(units: readonly string[], count: number, turn: number): string[] {
  return Array.from({ length: count }, (_, at) => units[(turn * count + at) % units.length] ?? '');
}

/** A unit again and again, so that `sizeOf` of the whole is at most `bytes`. */
export function filled(
  unit: string,
  bytes: number,
  sizeOf: (text: string) => number = Buffer.byteLength,
): string {
  return unit.repeat(Math.floor(bytes / Math.max(1, sizeOf(unit))));
}
