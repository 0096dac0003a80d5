/** Formats a table as text: the first column left-aligned, all others right-aligned. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) =>
        column === 0 ? (cells[0] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** Formats a number with this many decimal places and thousands separators. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Formats a share as a percentage. */
export function percent(share: number, digits = 0): string {
  return `${number(share * 100, digits)} %`;
}

/** Like `number`, with an explicit sign. */
export function difference(value: number, digits = 0): string {
  return `${value < 0 ? '' : '+'}${number(value, digits)}`;
}

/** Formats the minimum and the maximum of several rounds. */
export function spread(values: readonly number[], digits = 0): string {
  return `${number(Math.min(...values), digits)}..${number(Math.max(...values), digits)}`;
}

export function heading(text: string): string {
  return `\n${text}\n${'='.repeat(text.length)}`;
}
