import { isAbsolute } from 'node:path';
import { codesOf } from '../common/errors/failure-text';
import type { StorageConfig } from '../config/storage.config';
import type { DatabaseDiagnostics, ServerFacts } from '../persistence/database-diagnostics';
import { DatabaseOpenError, DataDirectoryInUseError } from '../persistence/persistence.errors';
import { Check } from './check';
import type { DatabaseAccess } from '../persistence/database-access';
import { failure, type Finding, ok, warning } from './finding';
import { type FolderFacts, folderFactsOf } from './folder-facts';
import { SettingsCheck } from './settings-check';

const ROUND_TRIPS = 20;
/** A session is opened with several round trips. */
const SLOW_MS = 20;
const MIB = 1024 * 1024;
const LOW_BYTES = 1_024 * MIB;
const FULL_BYTES = 100 * MIB;
/** Below it a release may be untested; PostgreSQL supports a major version for five years. */
const MIN_POSTGRES = 14;

const STATEMENT_MODE = failure(
  'the pooler is in statement mode, which refuses transactions: the service cannot start',
  'Set pool_mode = transaction for the database in the pooler, or point DATABASE_URL to the server.',
);

type FolderReader = (path: string) => Promise<FolderFacts>;

/** Whether the database is reachable, fast and durable, and the volume of an embedded one has space. */
export class DatabaseCheck extends Check {
  static readonly NAME = 'database';
  override readonly name = DatabaseCheck.NAME;
  override readonly needs = [SettingsCheck.NAME];
  override readonly fixOfTimeout = 'Check DATABASE_URL and the network between.';

  constructor(
    private readonly config: Pick<StorageConfig, 'databaseUrl' | 'dataDir'>,
    private readonly database: DatabaseAccess,
    private readonly folderFacts: FolderReader = folderFactsOf,
  ) {
    super();
  }

  override async run(): Promise<readonly Finding[]> {
    const folder = this.config.databaseUrl === undefined ? await this.folderFindings() : [];
    if (folder.some(({ outcome }) => outcome === 'fail')) return folder;
    return [...(await this.databaseFindings()), ...folder];
  }

  private async databaseFindings(): Promise<readonly Finding[]> {
    try {
      return await this.database.use(findingsIn);
    } catch (error) {
      return [this.openFault(error)];
    }
  }

  private openFault(error: unknown): Finding {
    if (error instanceof DataDirectoryInUseError)
      return ok('SQLite is in use by the service: its content is not read');
    if (!(error instanceof DatabaseOpenError)) throw error;
    if (this.config.databaseUrl === undefined)
      return failure(
        `the database in ${this.config.dataDir} cannot be opened (${codesOf(error.cause).join(', ')})`,
        'Check DATA_DIR and the owner of its files, or restore a backup.',
      );
    const codes = codesOf(error.cause).join(', ') || 'no answer in time';
    return failure(`PostgreSQL cannot be used (${codes})`, fixOf(codes));
  }

  private async folderFindings(): Promise<readonly Finding[]> {
    const { dataDir } = this.config;
    const { refusal, exists, freeBytes } = await this.folderFacts(dataDir);
    if (refusal !== undefined)
      return [
        failure(
          `files cannot be ${exists ? 'written in' : 'created for'} ${dataDir} (${refusal})`,
          'Set DATA_DIR to a folder that the user of the service may write to, on a volume that is not read-only.',
        ),
      ];
    const free = `${Math.floor(freeBytes / MIB)} MiB are free for ${dataDir}`;
    if (!exists && isAbsolute(dataDir)) return [missingFolder(dataDir)];
    const fix =
      'Enlarge the volume of DATA_DIR, or set shorter retention (SESSION_KEEP_DAYS, AUDIT_KEEP_DAYS).';
    if (freeBytes < FULL_BYTES) return [failure(free, fix)];
    return [freeBytes < LOW_BYTES ? warning(free, fix) : ok(free)];
  }
}

/** An absolute path names a volume as a rule, and one that is not mounted would hide the data of earlier starts. */
function missingFolder(dataDir: string): Finding {
  return warning(
    `${dataDir} does not exist: the first start creates it, with an empty database`,
    'Correct DATA_DIR, or mount the volume for data there; create the folder only where it lies on that volume.',
  );
}

async function findingsIn(database: DatabaseDiagnostics | undefined): Promise<readonly Finding[]> {
  if (database === undefined) return [ok('there is no database yet: the first start creates it')];
  const facts = await database.server();
  if (!facts.takesTransactions) return [STATEMENT_MODE];
  return [roundTripFinding(facts, await database.roundTripsMs(ROUND_TRIPS)), ...serverFaults(facts)];
}

function roundTripFinding(
  { dialect, version, isPooled }: ServerFacts,
  durations: readonly number[],
): Finding {
  const median = [...durations].sort((a, b) => a - b)[Math.floor(durations.length / 2)] ?? 0;
  const name = dialect === 'postgres' ? 'PostgreSQL' : 'SQLite';
  const pooler = isPooled === true ? ', behind a pooler' : '';
  const message = `${name} ${version}${pooler}, round trip ${median.toFixed(1)} ms (median of ${durations.length})`;
  return median <= SLOW_MS
    ? ok(message)
    : warning(`${message}: openings and heartbeats wait for it`, 'Move the database of DATABASE_URL nearer.');
}

function serverFaults({ dialect, version, durability }: ServerFacts): Finding[] {
  const faults: Finding[] = [];
  const major = Number.parseInt(version, 10);
  if (dialect === 'postgres' && major < MIN_POSTGRES)
    faults.push(
      warning(`PostgreSQL ${version} is no longer supported`, 'Upgrade the server of DATABASE_URL.'),
    );
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit'] as const) {
    if (durability[name] !== 'off') continue;
    faults.push(
      failure(
        `${name} is off: a crash of the server can lose sessions and events that were confirmed`,
        `Set ${name} = on in the configuration of the server of DATABASE_URL, or for its role.`,
      ),
    );
  }
  return faults;
}

/** Advice by the error codes of the system and of PostgreSQL. */
function fixOf(codes: string): string {
  if (/28P01|28000/.test(codes))
    return 'Correct user and password in DATABASE_URL, or pg_hba.conf of the server.';
  if (codes.includes('3D000')) return 'Create the database that DATABASE_URL names.';
  if (/ENOTFOUND|EAI_AGAIN/.test(codes)) return 'Correct the host in DATABASE_URL.';
  return 'Check the host and port in DATABASE_URL, whether the server runs, and the firewall.';
}
