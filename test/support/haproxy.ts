import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endProgram } from './end-program';
import { freePort } from './free-port';
import { waitFor } from './wait-for';

/** Whether HAProxy is installed on this machine (Debian: `apt-get install haproxy`). */
export const HAS_HAPROXY = spawnSync('haproxy', ['-v']).status === 0;

/** npm and Jest run in the root of the repository, and compiled tests elsewhere. */
const SHIPPED = resolve('deploy/haproxy/haproxy.cfg');
const KEPT_LOG = 2_000_000;

/**
 * A real HAProxy with the configuration of `deploy/`, in front of replicas on this machine. Nothing of the file is changed
 * but the addresses: of its listener, and of the servers `replica-1` to `replica-3` in both backends.
 */
export class HAProxy implements AsyncDisposable {
  /** The newest lines of its log, as `option httplog` writes them. */
  log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.log = (this.log + chunk.toString()).slice(-KEPT_LOG);
      });
  }

  /** Resolves when a replica answers through it. The addresses are `host:port`, in the order of the replicas. */
  static async start(addresses: readonly string[]): Promise<HAProxy> {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'haproxy-'));
    const path = join(directory, 'haproxy.cfg');
    writeFileSync(path, configurationFor(addresses, `127.0.0.1:${port}`));
    const child = spawn('haproxy', ['-db', '-f', path], { stdio: ['ignore', 'pipe', 'pipe'] });
    const proxy = new HAProxy(child, directory, `http://127.0.0.1:${port}`);
    try {
      await waitFor(() => proxy.untilReady(), 20_000);
      return proxy;
    } catch (error) {
      await proxy[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endProgram(this.child, this.directory);
  }

  private async untilReady(): Promise<void> {
    if (this.child.exitCode !== null) throw new Error(`HAProxy ended: ${this.log}`);
    const { status } = await fetch(`${this.url}/health/ready`, { headers: { connection: 'close' } });
    if (status !== 200) throw new Error(`HAProxy answers ${status}: ${this.log}`);
  }
}

/** The output of `haproxy -c` for the configuration as it is shipped, with its exit code. */
export function checkShippedConfiguration(): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('haproxy', ['-c', '-f', SHIPPED], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function configurationFor(addresses: readonly string[], listener: string): string {
  const shipped = readFileSync(SHIPPED, 'utf8');
  const replaced = addresses.reduce(
    (text, address, index) => text.replaceAll(`replica-${index + 1}:3000`, address),
    shipped.replace('bind :8080', `bind ${listener}`),
  );
  const left = /^ *(server|bind) .*(replica-\d:|:8080).*$/m.exec(replaced)?.[0];
  if (left !== undefined) throw new Error(`The configuration has another address: ${left}`);
  return replaced;
}
