import { DatabaseOpenError, DataDirectoryInUseError } from '../persistence/persistence.errors';
import type { DatabaseDiagnostics } from '../persistence/database-diagnostics';
import { Check } from './check';
import type { DatabaseAccess } from '../persistence/database-access';

import { failure, type Finding, ok, skipped } from './finding';
import { SettingsCheck } from './settings-check';

/** The schema of the database against the one of this release. It is not migrated. */
export class SchemaCheck extends Check {
  override readonly name = 'schema';
  override readonly needs = [SettingsCheck.NAME];
  override readonly fixOfTimeout = 'Look at the check "database".';

  constructor(private readonly database: DatabaseAccess) {
    super();
  }

  override async run(): Promise<readonly Finding[]> {
    try {
      return [await this.database.use(findingOf)];
    } catch (error) {
      if (error instanceof DataDirectoryInUseError) return [skipped('the embedded database is in use')];
      if (error instanceof DatabaseOpenError) return [skipped('needs: database')];
      throw error;
    }
  }
}

async function findingOf(database: DatabaseDiagnostics | undefined): Promise<Finding> {
  if (database === undefined) return skipped('there is no database yet');
  const { applied, missing, unknown } = await database.schema();
  if (unknown.length > 0)
    return failure(
      `the schema is of a newer release (${unknown.join(', ')})`,
      'Start that release or a later one, or point DATABASE_URL or DATA_DIR to the database of this one.',
    );
  if (applied === 0) return ok('the database is empty: the next start creates the schema');
  if (missing.length === 0) return ok(`at the last migration of this release (${applied})`);
  return ok(`the next start runs ${missing.length} migrations (${missing.join(', ')})`);
}
