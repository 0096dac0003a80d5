import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type ExportHeader, headerIn } from './audit/domain/audit-export';
import { AuditVerifier } from './audit/domain/audit-verifier';

const HELP = `npm run audit:verify -- --file export.ndjson [--since earlier.ndjson]

Proves that an export of the audit trail is whole and unchanged, or names the first record that is not.
  --file    what GET /v1/audit/export has answered
  --since   an export that was kept elsewhere: what it knew has to be in the new one still
Ends with 0 when the export is whole, with 1 when it is not, and with 2 when it cannot be read.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { file: { type: 'string' }, since: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.file === undefined || values.help === true) {
    process.stderr.write(HELP);
    process.exitCode = values.help === true ? 0 : 2;
    return;
  }
  const earlier = values.since === undefined ? undefined : await headerOf(values.since);
  const verifier = new AuditVerifier(earlier);
  for await (const line of linesOf(values.file)) verifier.take(line);
  verifier.end();
  const { finding, records } = verifier;
  if (finding === undefined) {
    process.stdout.write(`The export is whole: ${records} records.\n`);
    return;
  }
  const where = finding.record === undefined ? '' : `, record ${finding.record}`;
  process.stdout.write(`Line ${finding.line}${where}: ${finding.what}.\n`);
  process.exitCode = 1;
}

async function headerOf(file: string): Promise<ExportHeader> {
  for await (const line of linesOf(file)) {
    const header = headerIn(JSON.parse(line));
    if (header !== undefined) return header;
    break;
  }
  throw new Error(`${file} does not begin with the header of an export.`);
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
