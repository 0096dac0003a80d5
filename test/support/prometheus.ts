import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endProgram } from './end-program';
import { freePort } from './free-port';
import { waitFor } from './wait-for';

/** Whether Prometheus and promtool are installed on this machine (Debian: `apt-get install prometheus`). */
export const HAS_PROMETHEUS = ['prometheus', 'promtool'].every(
  (program) => spawnSync(program, ['--version']).status === 0,
);

/** npm and Jest run in the root of the repository, and compiled tests elsewhere. */
const SHIPPED = resolve('deploy/prometheus');
const KEPT_LOG = 100_000;

export interface PrometheusTarget {
  readonly health: string;
  readonly lastError: string;
  readonly scrapeUrl: string;
}

export interface EvaluatedRule {
  readonly name: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly lastError?: string;
}

export interface PrometheusOptions {
  /** Addresses of the replicas, as `host:port`. */
  readonly targets: readonly string[];
  /** Key of a caller, for the credentials file. */
  readonly key: string;
  /** Replaces every `for` of the rules, to see alerts fire without waiting that long. */
  readonly alertsFor?: string;
}

/**
 * A real Prometheus with the configuration and the rules of `deploy/`. Changed are the addresses of the targets, the path of the
 * credentials file and the intervals, which are a second; and every `for`, where a test asks for it.
 */
export class Prometheus implements AsyncDisposable {
  private log = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
  ) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.log = (this.log + chunk.toString()).slice(-KEPT_LOG);
    });
  }

  static async start(options: PrometheusOptions): Promise<Prometheus> {
    const directory = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const path = prepare(directory, options);
    const port = await freePort();
    const storage = ['--storage.tsdb.path', join(directory, 'data')];
    const child = spawn(
      'prometheus',
      ['--config.file', path, ...storage, '--web.listen-address', `127.0.0.1:${port}`],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const prometheus = new Prometheus(child, directory, `http://127.0.0.1:${port}`);
    try {
      await waitFor(() => prometheus.untilReady(), 30_000);
      return prometheus;
    } catch (error) {
      await prometheus[Symbol.asyncDispose]();
      throw error;
    }
  }

  async targets(): Promise<PrometheusTarget[]> {
    const { activeTargets } = (await this.ask('targets')) as { activeTargets: PrometheusTarget[] };
    return activeTargets;
  }

  async rules(): Promise<EvaluatedRule[]> {
    const { groups } = (await this.ask('rules')) as { groups: { rules: EvaluatedRule[] }[] };
    return groups.flatMap(({ rules }) => rules);
  }

  /** Names of the alerts that fire. */
  async firing(): Promise<string[]> {
    return (await this.rules()).filter(({ state }) => state === 'firing').map(({ name }) => name);
  }

  /** The series of an expression at this moment; rejects when Prometheus refuses the expression. */
  async query(expression: string): Promise<unknown[]> {
    const { result } = (await this.ask(`query?${new URLSearchParams({ query: expression }).toString()}`)) as {
      result: unknown[];
    };
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endProgram(this.child, this.directory);
  }

  private async ask(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    const body = (await response.json()) as { status: string; error?: string; data: unknown };
    if (body.status !== 'success') throw new Error(`${path}: ${body.error ?? String(response.status)}`);
    return body.data;
  }

  private async untilReady(): Promise<void> {
    if (this.child.exitCode !== null) throw new Error(`Prometheus ended: ${this.log}`);
    const { status } = await fetch(`${this.url}/-/ready`);
    if (status !== 200) throw new Error(`Prometheus answers ${status}: ${this.log}`);
  }
}

/** Runs promtool in the folder of the shipped files; returns its exit code and its output. */
export function promtool(...parameters: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', parameters, { cwd: SHIPPED, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** Writes the changed copies; returns the path of the configuration. */
function prepare(directory: string, { targets, key, alertsFor }: PrometheusOptions): string {
  cpSync(SHIPPED, directory, { recursive: true });
  const [path, rules, credentials] = ['prometheus.yaml', 'alerts.yaml', 'prometheus-key'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  // An editor ends the file with a new line, which is no part of the key.
  writeFileSync(credentials, `${key}\n`, { mode: 0o600 });
  const changed = targets
    .reduce(
      (text, target, index) => text.replace(`replica-${index + 1}:3000`, target),
      readFileSync(path, 'utf8'),
    )
    .replace('/run/secrets/prometheus-key', credentials)
    .replaceAll(/(?<=_(interval|timeout): )\d+s/g, '1s');
  writeFileSync(path, changed);
  if (alertsFor !== undefined)
    writeFileSync(rules, readFileSync(rules, 'utf8').replaceAll(/(?<=^ +for: )\w+$/gm, alertsFor));
  return path;
}
