import type { AttackFigures } from './attacks/attack-tally';
import { mebibytes, type Reading } from './attack-readings';
import type { AttackWorld } from './attack-world';

const MESSAGES_SHOWN = 6;
const KIBIBYTE = 1024;

/** Formats a line for each attack: requests, answers, worst time, bytes. */
export function tableOf(all: readonly AttackFigures[]): string[] {
  const rows = all.map(({ name, requests, worstMs, sentBytes, receivedBytes, answers }) => [
    name,
    String(requests),
    `${Math.round(worstMs)} ms`,
    kibibytes(sentBytes),
    kibibytes(receivedBytes),
    Object.entries(answers)
      .map(([outcome, times]) => `${times} × ${outcome}`)
      .join(', '),
  ]);
  const table = [['attack', 'requests', 'worst', 'sent', 'received', 'answers'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

/** Formats the log volume of the replicas during this time. */
export function logReport({ logs }: AttackWorld, seconds: number): string[] {
  return logs.flatMap((log, index) => {
    const most = [...log.messages].sort(([, a], [, b]) => b - a).slice(0, MESSAGES_SHOWN);
    return [
      `replica ${index + 1} logged ${log.lines} lines, ${kibibytes(log.bytes)}, ` +
        `${kibibytes(log.bytes / seconds)}/s; ${log.errors} of them errors`,
      ...most.map(([message, bytes]) => `    ${kibibytes(bytes)} ${message.slice(0, 100)}`),
      ...log.errorLines.map((line) => `    ${line}`),
    ];
  });
}

export function memoryReport(before: readonly Reading[], after: readonly Reading[]): string[] {
  return after.map(({ heapBytes, residentBytes, resources }, index) => {
    const was = before[index];
    return (
      `replica ${index + 1}: heap ${mebibytes(was?.heapBytes ?? 0)} before, ${mebibytes(heapBytes)} after; ` +
      `resident ${mebibytes(was?.residentBytes ?? 0)} before, ${mebibytes(residentBytes)} after; ` +
      `active resources ${was?.resources ?? 0} before, ${resources} after`
    );
  });
}

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / KIBIBYTE)} KiB`;
}
