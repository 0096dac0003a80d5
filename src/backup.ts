import { once } from 'node:events';
import { createConnection } from 'node:net';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import SqliteFile from 'better-sqlite3';
import { type ControlRequest, controlSocketIn } from './persistence/backup/control-protocol';
import { codeOf } from './persistence/database/dialect';

const HELP = `npm run backup -- --to FILE [--data-dir DIRECTORY]

Has the running service copy its embedded database (SQLite) into a new file, and checks the copy.
  --to         the file, which must not exist; written by the service, with the permissions of its user
  --data-dir   DATA_DIR of the service; the variable, or ./data, when left out
Ends with 0 when the copy is there and whole, with 1 when it is not, and with 2 when the options are wrong.
`;

async function main(): Promise<void> {
  const options = optionsIn(process.argv.slice(2));
  if (options === undefined) return;
  await ask(options.dataDir, { command: 'backup', file: options.file });
  const sessions = checked(options.file);
  process.stdout.write(`${options.file} is written and whole: ${sessions} sessions.\n`);
}

function optionsIn(args: string[]): { readonly dataDir: string; readonly file: string } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { to: { type: 'string' }, 'data-dir': { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help === true || values.to === undefined || values.to === '') {
      process.stderr.write(HELP);
      process.exitCode = values.help === true ? 0 : 2;
      return undefined;
    }
    // npm changes to the package's directory and passes the original one in this variable.
    const from = process.env['INIT_CWD'] ?? process.cwd();
    const dataDir = values['data-dir'];
    return {
      dataDir: dataDir === undefined ? (process.env['DATA_DIR'] ?? './data') : resolve(from, dataDir),
      file: resolve(from, values.to),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}

/** Resolves when the service has executed the request. */
async function ask(dataDir: string, request: ControlRequest): Promise<void> {
  const path = controlSocketIn(dataDir);
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw new Error(whyUnreachable(path, error), { cause: error });
  }
  socket.write(`${JSON.stringify(request)}\n`);
  const answer = await text(socket);
  if (answer === '') throw new Error('The service ended the connection without an answer: see its log.');
  const { error } = JSON.parse(answer) as { readonly error?: string };
  if (error !== undefined) throw new Error(`No backup was written: ${error}`);
}

function whyUnreachable(path: string, error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return (
      `No process of the service listens on ${path}. Is --data-dir right? ` +
      'While the service is stopped, a copy of the whole directory is a backup.'
    );
  }
  if (code === 'EACCES') return `${path} is for the user of the service alone: run the command as that user.`;
  return `${path} cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
}

/** The number of sessions in a copy. Throws if it is damaged. */
function checked(file: string): number {
  const copy = new SqliteFile(file, { readonly: true, fileMustExist: true });
  try {
    const verdict: unknown = copy.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new Error(`${file} is damaged: ${String(verdict)}`);
    const sessions: unknown = copy.prepare('select count(*) from session').pluck().get();
    return Number(sessions);
  } finally {
    copy.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
