import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port';
import { findBinaries, newDirectory, ordinaryUser, type Owner } from './postgres-binaries';

const START_TIMEOUT_MS = 120_000;

// The keeper runs the server until its own input ends, which also happens when this process dies; then it stops the
// server immediately but cleanly and removes the files, unless it was told to keep them.
const KEEPER = `
  trap '' INT TERM
  cd /
  "$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync="$4" -c shared_preload_libraries="$5" >>"$2/log" 2>&1 &
  server=$!
  read -r order
  kill -INT $server
  wait $server
  [ "$order" = keep ] || rm -rf "$2"
`;

/**
 * A real PostgreSQL server on a free port of 127.0.0.1, under the user of this process, or another one if that is
 * root. It ends with the process that started it. Committed data survives every kill, its own included; only with
 * `isSynced` does it wait for the disk, as measurements have to; with `preload` it loads libraries, such as
 * pg_stat_statements.
 */
export class PostgresServer {
  private keeper: ChildProcess | undefined;

  private constructor(
    private readonly directory: string,
    private readonly bin: string,
    private readonly owner: Owner | undefined,
    private readonly port: number,
    /** Settings of the server, as the keeper takes them. */
    private readonly settings: readonly [fsync: 'on' | 'off', preload: string],
  ) {}

  static async start({ isSynced = false, preload = '' } = {}): Promise<PostgresServer> {
    const owner = ordinaryUser();
    const directory = newDirectory(owner);
    try {
      const bin = findBinaries(directory, owner);
      initialise(bin, directory, owner);
      const server = new PostgresServer(directory, bin, owner, await freePort(), [
        isSynced ? 'on' : 'off',
        preload,
      ]);
      await server.resume();
      return server;
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Address of the database `postgres`, as a superuser. */
  get url(): string {
    return `postgresql://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** The process id of the server, for tests that kill or freeze it. */
  get pid(): number {
    return Number(readFileSync(join(this.directory, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** Stops the server and keeps its data and its port for `resume`. */
  async halt(): Promise<void> {
    await this.end('keep\n');
  }

  /** Starts the server again after `halt` or a kill. */
  async resume(): Promise<void> {
    if (this.keeper !== undefined) await this.end('keep\n');
    const given = [this.bin, this.directory, String(this.port), ...this.settings];
    this.keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', ...given], {
      ...this.owner,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.keeper.stdin?.on('error', () => undefined);
    await this.answers();
  }

  /** Stops the server and removes all of its files. */
  async stop(): Promise<void> {
    await this.end('');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async end(order: string): Promise<void> {
    const keeper = this.keeper;
    this.keeper = undefined;
    if (keeper === undefined) return;
    const exited = once(keeper, 'exit');
    keeper.stdin?.end(order);
    if (keeper.exitCode === null) await exited;
  }

  private async answers(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 1_000 });
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (Date.now() > deadline)
          throw new Error(`PostgreSQL did not start: ${this.log()}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  private log(): string {
    const file = join(this.directory, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8').slice(-2_000) : 'it wrote no log';
  }
}

function initialise(bin: string, directory: string, owner: Owner | undefined): void {
  const { status, stderr, error } = spawnSync(
    join(bin, 'initdb'),
    ['-D', join(directory, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...owner, cwd: '/', encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`, { cause: error });
}
