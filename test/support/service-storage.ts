import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { administrate, createDatabase } from './postgres';
import { PostgresServer } from './postgres-server';

export const DATABASES = ['SQLite', 'PostgreSQL'] as const;
export type DatabaseKind = (typeof DATABASES)[number];

/** The storage of a service that runs as a process of its own. */
export interface ServiceStorage {
  /** Environment variables that point the service to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the leases of killed processes, which would expire within ten seconds. An embedded database has none. */
  expireLeases(): Promise<void>;
  remove(): Promise<void>;
}

/** Creates storages; starts a PostgreSQL server when one is needed and the test run has none. */
export class ServiceStorages {
  private server: PostgresServer | undefined;

  async create(kind: DatabaseKind): Promise<ServiceStorage> {
    const directory = await mkdtemp(join(tmpdir(), 'guest-crash-'));
    const removeDirectory = (): Promise<void> => rm(directory, { recursive: true, force: true });
    if (kind === 'SQLite')
      return {
        environment: { DATA_DIR: directory },
        expireLeases: () => Promise.resolve(),
        remove: removeDirectory,
      };
    const { url, drop } = await createDatabase(await this.serverUrl());
    return {
      environment: { DATA_DIR: directory, DATABASE_URL: url },
      expireLeases: async () => {
        await administrate(url, 'update replica set lease_until = 0');
      },
      remove: async () => {
        await drop();
        await removeDirectory();
      },
    };
  }

  /** Stops the server, if this object started one. */
  async stop(): Promise<void> {
    await this.server?.stop();
  }

  private async serverUrl(): Promise<string> {
    const given = process.env['TEST_DATABASE_URL'];
    if (given !== undefined) return given;
    this.server ??= await PostgresServer.start();
    return this.server.url;
  }
}
