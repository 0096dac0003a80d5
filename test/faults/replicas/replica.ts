import { FaultyLink } from '../../support/faulty-link';
import { type Exit, ServiceProcess } from '../../support/service-process';

/** While another replica is frozen in the middle of a transaction, a start may find its rows locked. */
const STARTS = 5;

export interface ReplicaOptions {
  /** By which the receivers tell it apart. */
  readonly name: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly genesysUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The built `main.js` to run; that of the checkout when absent. */
  readonly entry: string | undefined;
}

/**
 * One of several replicas: a process at an address that stays, which reaches the database and Genesys Cloud over links of
 * its own.
 */
export class Replica {
  private process: ServiceProcess | undefined;
  private isFrozen = false;
  private entry: string | undefined;

  private constructor(
    private readonly options: ReplicaOptions,
    readonly database: FaultyLink,
    private readonly upstream: FaultyLink,
  ) {
    this.entry = options.entry;
  }

  static async create(options: ReplicaOptions): Promise<Replica> {
    const database = await FaultyLink.to(Number(new URL(options.databaseUrl).port));
    return new Replica(options, database, await FaultyLink.to(Number(new URL(options.genesysUrl).port)));
  }

  get name(): string {
    return this.options.name;
  }

  /** Where callers and other replicas reach it. */
  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  /** The `Host` of everything that it sends to Genesys Cloud. */
  get upstreamHost(): string {
    return `127.0.0.1:${this.upstream.port}`;
  }

  /** Whether a caller may hope for an answer. */
  get isUp(): boolean {
    return this.process?.isRunning === true && !this.isFrozen;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** What the running process, or the last one, has said. */
  get output(): string {
    return `${this.process?.stdout ?? ''}${this.process?.stderr ?? ''}`;
  }

  /** Which built `main.js` it runs from its next start on; that of the checkout when absent. */
  install(entry?: string): void {
    this.entry = entry;
  }

  /** Starts it once and waits for nothing: for starts that come to nothing. Whoever asks sees to its end. */
  spawn(): ServiceProcess {
    return ServiceProcess.spawn(this.environment, this.entry);
  }

  /** Resolves when it is ready. One that fails to start is started again, as whoever runs it in production does. */
  async start(): Promise<void> {
    this.isFrozen = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.process = await ServiceProcess.start(this.environment, this.entry);
        return;
      } catch (error) {
        if (attempt === STARTS) throw error;
      }
    }
  }

  async kill(): Promise<void> {
    await this.process?.kill();
  }

  /** Asks it to end in order; how it ended. */
  async stop(): Promise<Exit | undefined> {
    this.process?.signal('SIGTERM');
    return this.process?.exited;
  }

  /** Nothing of it runs until it is thawed. */
  freeze(): void {
    this.isFrozen = true;
    this.process?.signal('SIGSTOP');
  }

  thaw(): void {
    this.process?.signal('SIGCONT');
    this.isFrozen = false;
  }

  /** Has its wall clock jump forward. */
  jump(): void {
    this.process?.signal('SIGUSR2');
  }

  async end(): Promise<void> {
    await this.kill();
    await this.database[Symbol.asyncDispose]();
    await this.upstream[Symbol.asyncDispose]();
  }

  private get environment(): Record<string, string> {
    const { databaseUrl, environment, port } = this.options;
    const database = new URL(databaseUrl);
    database.port = String(this.database.port);
    const upstream = `http://${this.upstreamHost}`;
    return {
      ...environment,
      PORT: String(port),
      REPLICA_URL: this.url,
      DATABASE_URL: database.href,
      GENESYS_LOGIN_URL: upstream,
      GENESYS_API_URL: upstream,
    };
  }
}
