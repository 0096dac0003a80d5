import { api } from '../api/service-client';
import { linesOf, textOf } from './lines-of';

/** Progress is reported once for as many lines. */
const REPORTED_LINES = 500;

/** The lines of the export as they arrive; `onProgress` gets their number from time to time. */
export async function* readExport(
  signal: AbortSignal,
  onProgress: (lines: number) => void,
): AsyncGenerator<string, void, undefined> {
  const { data } = await api.GET('/v1/audit/export', { parseAs: 'stream', signal });
  if (data === null) return;
  let count = 0;
  for await (const line of linesOf(textOf(data))) {
    count += 1;
    if (count % REPORTED_LINES === 0) onProgress(count);
    yield line;
  }
}
