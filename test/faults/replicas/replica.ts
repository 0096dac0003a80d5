import { FaultyLink } from '../../support/faulty-link';
import { type Exit, ServiceProcess } from '../../support/service-process';

/** Number of attempts: while another replica is frozen within a transaction, a start may find its rows locked. */
const STARTS = 5;

export interface ReplicaOptions {
  /** The name by which the receivers distinguish it. */
  readonly name: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly genesysUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The built `main.js` to run. Default: that of the checkout. */
  readonly entry: string | undefined;
}

/**
 * One of several replicas: a process at a fixed address, which reaches the database and Genesys Cloud over links of
 * its own.
 */
export class Replica {
  private process: ServiceProcess | undefined;
  private isFrozen = false;
  private wasFrozen = false;
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

  /** Address for callers and other replicas. */
  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  /** The `Host` header of all its requests to Genesys Cloud. */
  get upstreamHost(): string {
    return `127.0.0.1:${this.upstream.port}`;
  }

  /** Whether the replica may answer a caller. */
  get isUp(): boolean {
    return this.process?.isRunning === true && !this.isFrozen;
  }

  /** Whether its process was ever stopped by `freeze`. */
  get hasBeenFrozen(): boolean {
    return this.wasFrozen;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Output of the running process, or of the last one. */
  get output(): string {
    return `${this.process?.stdout ?? ''}${this.process?.stderr ?? ''}`;
  }

  /** Sets the built `main.js` of its next starts. */
  install(entry?: string): void {
    this.entry = entry;
  }

  /** Starts the process once without waiting, for starts that may fail. The test has to end it. */
  spawn(): ServiceProcess {
    return ServiceProcess.spawn(this.environment, this.entry);
  }

  /** Resolves when the replica is ready. A failed start is repeated, as an orchestrator does in production. */
  async start(): Promise<void> {
    this.isFrozen = false;
    this.wasFrozen = false;
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

  /** Ends the process cleanly; returns its exit. */
  async stop(): Promise<Exit | undefined> {
    this.process?.signal('SIGTERM');
    return this.process?.exited;
  }

  /** Stops the process with SIGSTOP until `thaw`. */
  freeze(): void {
    this.isFrozen = true;
    this.wasFrozen = true;
    this.process?.signal('SIGSTOP');
  }

  thaw(): void {
    this.process?.signal('SIGCONT');
    this.isFrozen = false;
  }

  /** Makes its wall clock jump forward. */
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
