import { PostgresServer } from '../../test/support/postgres-server';
import type { Workspace } from './workspace';

export type DatabaseKind = 'sqlite' | 'postgres';

/** A database to measure on. SQLite is a file of each process; PostgreSQL has a server. */
export interface MeasuredDatabase {
  readonly kind: DatabaseKind;
  readonly name: string;
  readonly server: string | undefined;
}

const SQLITE: MeasuredDatabase = { kind: 'sqlite', name: 'SQLite', server: undefined };

/**
 * Returns the databases of these kinds. PostgreSQL is the server at `serverUrl`, or one of the development dependencies
 * that waits for the disk and ends with the run; it is left out, with a message, if that does not start.
 */
export async function measuredDatabases(
  workspace: Workspace,
  kinds: readonly DatabaseKind[],
  serverUrl: string | undefined,
): Promise<readonly MeasuredDatabase[]> {
  const databases = kinds.includes('sqlite') ? [SQLITE] : [];
  const server = kinds.includes('postgres') ? (serverUrl ?? (await startServer(workspace))) : undefined;
  return server === undefined ? databases : [...databases, { kind: 'postgres', name: 'PostgreSQL', server }];
}

async function startServer(workspace: Workspace): Promise<string | undefined> {
  try {
    const server = await PostgresServer.start({ isSynced: true });
    workspace.undoAtEnd(() => server.stop());
    return server.url;
  } catch (error) {
    console.log(`PostgreSQL left out: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
