/** A table as text: the first column left-aligned, all others right-aligned. */
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

/** A number with so many digits after the point and separated thousands. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Like `number`, with its sign. */
export function difference(value: number, digits = 0): string {
  return `${value < 0 ? '' : '+'}${number(value, digits)}`;
}

/** The smallest and the largest of several rounds. */
export function spread(values: readonly number[], digits = 0): string {
  return `${number(Math.min(...values), digits)}..${number(Math.max(...values), digits)}`;
}

export function heading(text: string): string {
  return `\n${text}\n${'='.repeat(text.length)}`;
}
