import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lchownSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { endProgram } from './end-program';
import { freePort } from './free-port';
import { newDirectory, ordinaryUser } from './postgres-binaries';
import { waitFor } from './wait-for';

/** Whether PgBouncer is installed on this machine (Debian: `apt-get install pgbouncer`). */
export const HAS_PGBOUNCER = spawnSync('pgbouncer', ['--version']).status === 0;

type PoolMode = 'transaction' | 'statement';

interface PoolOptions {
  readonly ignoresLimits?: boolean;
  readonly mode?: PoolMode;
}

/**
 * A real PgBouncer, in transaction mode by default, in front of a server, with fewer connections to the server than clients use.
 */
export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly port: number,
  ) {}

  /** Unless `ignored` names the parameters, it refuses clients that set limits with the connection. */
  static async start(
    serverUrl: string,
    port?: number,
    { ignoresLimits = false, mode = 'transaction' }: PoolOptions = {},
  ): Promise<PgBouncer> {
    const owner = ordinaryUser();
    const directory = newDirectory(owner);
    const listenPort = port ?? (await freePort());
    const { hostname, port: serverPort } = new URL(serverUrl);
    const path = join(directory, 'pgbouncer.ini');
    writeFileSync(
      path,
      configuration(hostname, serverPort, listenPort, mode) + (ignoresLimits ? IGNORED : ''),
    );
    if (owner !== undefined) lchownSync(path, owner.uid, owner.gid);
    const child = spawn('pgbouncer', ['-q', path], { ...owner, cwd: directory, stdio: 'ignore' });
    const bouncer = new PgBouncer(child, directory, listenPort);
    await waitFor(() => answers(listenPort), 60_000);
    return bouncer;
  }

  /** Returns the address of the same database through the pooler. */
  through(databaseUrl: string): string {
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async stop(): Promise<void> {
    await endProgram(this.child, this.directory);
  }
}

const IGNORED = `ignore_startup_parameters = statement_timeout, idle_in_transaction_session_timeout
`;

function configuration(host: string, port: string, listenPort: number, mode: PoolMode): string {
  return `[databases]
* = host=${host} port=${port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 4
`;
}

async function answers(port: number): Promise<true> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  return true;
}
