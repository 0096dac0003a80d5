import { Logger } from '@nestjs/common';
import { Client, DatabaseError } from 'pg';
import { DatabaseInUseError } from './persistence.errors';
import { connectionSettings } from './postgres.database';

/** Any number that nobody else locks in this database. */
export const LOCK_KEY = 4_736_353_201;
const LOCK_NOT_AVAILABLE = '55P03';
const PING_INTERVAL_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * The right to be the one process that works on a PostgreSQL database: an advisory lock that lives as long as a
 * connection of its own, so that the death of the process frees it.
 *
 *   held ── the connection broke ──▶ lost ── connected again and nobody else took it ──▶ held
 *
 * While it is lost it is tried for again and again, at growing intervals. A connection whose other side has vanished
 * counts as broken after seven seconds here and after eleven at the server, in that order. It needs a session of
 * its own at the server: a proxy that shares sessions between transactions breaks it.
 */
export class PostgresLock {
  private readonly logger = new Logger(PostgresLock.name);
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isReleased = false;

  private constructor(private readonly databaseUrl: string) {}

  /** Waits up to `waitMs` for another process to let go, then throws `DatabaseInUseError`. */
  static async take(databaseUrl: string, waitMs: number): Promise<PostgresLock> {
    const lock = new PostgresLock(databaseUrl);
    if (!(await lock.acquire(waitMs))) throw new DatabaseInUseError(waitMs);
    return lock;
  }

  get isHeld(): boolean {
    return this.client !== undefined;
  }

  async release(): Promise<void> {
    this.isReleased = true;
    clearTimeout(this.timer);
    const client = this.client;
    this.client = undefined;
    await client?.end();
  }

  private async acquire(waitMs: number): Promise<boolean> {
    const client = new Client({ ...connectionSettings(this.databaseUrl), query_timeout: 2_500 });
    client.on('error', () => {
      this.lose(client);
    });
    client.on('end', () => {
      this.lose(client);
    });
    try {
      await client.connect();
      // The server must not take a vanished machine for the holder for hours.
      await client.query(
        'set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3',
      );
      const isTaken = await waitForLock(client, waitMs);
      if (!isTaken || this.isReleased) {
        await client.end();
        return false;
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    this.schedule(PING_INTERVAL_MS, () => this.ping(client));
    return true;
  }

  private async ping(client: Client): Promise<void> {
    try {
      await client.query('select 1');
      this.schedule(PING_INTERVAL_MS, () => this.ping(client));
    } catch {
      this.lose(client);
      client.end().catch(() => undefined);
    }
  }

  private lose(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.logger.warn('The connection that holds the lock on the database broke.');
    this.schedule(0, () => this.retry(FIRST_RETRY_MS));
  }

  private async retry(pauseMs: number): Promise<void> {
    try {
      if (await this.acquire(1)) {
        this.logger.log('The lock on the database is held again.');
        return;
      }
      this.logger.error(
        'Another process has taken the lock on the database; this one is not ready until it lets go.',
      );
    } catch (error) {
      this.logger.debug(`The lock on the database cannot be taken yet: ${String(error)}`);
    }
    this.schedule(pauseMs, () => this.retry(Math.min(pauseMs * 2, LAST_RETRY_MS)));
  }

  /** One step at a time: every step schedules its successor, and none rejects. */
  private schedule(delayMs: number, step: () => Promise<void>): void {
    clearTimeout(this.timer);
    if (this.isReleased) return;
    this.timer = setTimeout(() => void step(), delayMs);
    this.timer.unref();
  }
}

/** In waits of a second, so that an answer that never comes is noticed soon. */
async function waitForLock(client: Client, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()));
    if (await tryLock(client, Math.min(leftMs, 1_000))) return true;
    if (performance.now() >= deadline) return false;
  }
}

async function tryLock(client: Client, waitMs: number): Promise<boolean> {
  try {
    await client.query(`set lock_timeout = ${waitMs}`);
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}
