/** Texts that are costly to count, match, escape or parse, as the unit that they repeat. */
export const AWKWARD_UNITS: readonly string[] = [
  ...['a', '0', ' ', '"', '\\', '/', '~'],
  // Near matches of a pattern, repeated.
  ...['a-', 'a.'],
  // Many code units for one character.
  ...['\u0301', '\u{1f1e9}', '\u{1f469}\u200d'],
];

/** Units that are costly in headers: separators of lists and parameters, and incomplete quoted strings. */
export const AWKWARD_HEADER_UNITS: readonly string[] = [
  ...AWKWARD_UNITS,
  ...[',', '=', '%', 'a, ', '"a",', ';q=0', 'a/a;', 'charset ', 'W/"', '\\"'],
];

/** Returns this many of the units, and others in the next turn. */
export function unitsInTurn(units: readonly string[], count: number, turn: number): string[] {
  return Array.from({ length: count }, (_, at) => units[(turn * count + at) % units.length] ?? '');
}

/** Repeats a unit so that `sizeOf` of the whole is at most `bytes`. */
export function filled(
  unit: string,
  bytes: number,
  sizeOf: (text: string) => number = Buffer.byteLength,
): string {
  return unit.repeat(Math.floor(bytes / Math.max(1, sizeOf(unit))));
}
