import type { StorageConfig } from '../config/storage.config';
import { DatabaseOpenError, DataDirectoryInUseError, DataKeyError } from '../persistence/persistence.errors';
import type { DatabaseDiagnostics } from '../persistence/database-diagnostics';
import { Check } from './check';
import type { DatabaseAccess } from '../persistence/database-access';
import { failure, type Finding, ok, skipped } from './finding';
import { SettingsCheck } from './settings-check';

/** Whether `DATA_KEY` can read the stored texts of guests, by the proof that each key has in the database. */
export class DataKeysCheck extends Check {
  override readonly name = 'data keys';
  override readonly needs = [SettingsCheck.NAME];
  override readonly fixOfTimeout = 'Look at the check "database".';

  constructor(
    private readonly config: Pick<StorageConfig, 'dataKeys'>,
    private readonly database: DatabaseAccess,
  ) {
    super();
  }

  override async run(): Promise<readonly Finding[]> {
    try {
      return [await this.database.use((database) => this.comparedWith(database))];
    } catch (error) {
      return [findingOf(error)];
    }
  }

  private async comparedWith(database: DatabaseDiagnostics | undefined): Promise<Finding> {
    const { dataKeys } = this.config;
    const ids = dataKeys.map(({ id }) => id).join(', ');
    const { applied, missing } = (await database?.schema()) ?? { applied: 0, missing: [] };
    if (database === undefined || applied === 0)
      return ok(`present: ${ids}; the database has nothing to compare with yet`);
    if (missing.length > 0)
      return skipped('the schema is of an earlier release: the next start compares the keys');
    const known = await database.provenDataKeys(dataKeys);
    const added = dataKeys.filter(({ id }) => !known.has(id)).map(({ id }) => id);
    const note = added.length === 0 ? '' : `; the next start registers ${added.join(', ')}`;
    return ok(`present: ${ids}; they read what is stored${note}`);
  }
}

function findingOf(error: unknown): Finding {
  if (error instanceof DataKeyError)
    return failure(
      error.message,
      'Correct DATA_KEY or the file of DATA_KEY_FILE, from the copy beside the backups.',
    );
  if (error instanceof DataDirectoryInUseError)
    return skipped('the embedded database is in use by the service, which has proven the keys at its start');
  if (error instanceof DatabaseOpenError) return skipped('needs: database');
  throw error;
}
