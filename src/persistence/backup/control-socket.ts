import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { withAnySignal } from '../../common/time/any-signal';
import { StorageConfig } from '../../config/storage.config';
import {
  type ControlAnswer,
  controlRequestIn,
  controlSocketIn,
  MAX_REQUEST_CHARACTERS,
} from './control-protocol';
import { DatabaseConnection } from '../database/database-connection';
import { codeOf } from '../database/dialect';
import { BackupError } from '../persistence.errors';
import type { SqliteBackup } from './sqlite-backup';

const OWNER_FILE = 0o600;
const MAX_CONNECTIONS = 4;
/** How long a connection may take to send its request. */
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Takes commands from an operator on the same machine, through a Unix socket in the data directory that only the
 * service's own user can connect to. It exists with the embedded database only. A socket that cannot be opened is
 * logged and stops nothing else from working.
 */
@Injectable()
export class ControlSocket implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ControlSocket.name);
  private readonly stopping = new AbortController();
  private readonly connections = new Set<Socket>();
  private readonly running = new Set<Promise<void>>();
  private server: Server | undefined;

  constructor(
    private readonly config: StorageConfig,
    private readonly connection: DatabaseConnection,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { backup } = this.connection;
    if (backup === undefined) return;
    try {
      const path = controlSocketIn(this.config.dataDir);
      removeStale(path);
      this.server = await listen(path, (socket) => {
        this.accept(socket, backup);
      });
      this.server.on('error', (error) => {
        this.logger.warn({ message: 'Control socket failed', error });
      });
    } catch (error) {
      this.logger.warn({ message: 'Control socket not opened: no backup can be taken', error });
    }
  }

  /** Aborts a backup that is being written. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new BackupError('The service is stopping.'));
    this.server?.close();
    await Promise.all(this.running);
    for (const socket of this.connections) socket.destroy();
  }

  private accept(socket: Socket, backup: SqliteBackup): void {
    this.connections.add(socket);
    const left = new AbortController();
    socket.on('close', () => {
      this.connections.delete(socket);
      left.abort(new BackupError('The command has ended.'));
    });
    socket.on('error', (error) => {
      this.logger.debug({ message: 'Control connection failed', error });
    });
    onFirstLine(socket, (line) => {
      const answer = withAnySignal([left.signal, this.stopping.signal], (signal) =>
        this.answer(line, socket, backup, signal),
      );
      this.running.add(answer);
      void answer.finally(() => this.running.delete(answer));
    });
  }

  /** Never rejects. */
  private async answer(
    line: string,
    socket: Socket,
    backup: SqliteBackup,
    signal: AbortSignal,
  ): Promise<void> {
    const request = controlRequestIn(line);
    const answer =
      request === undefined
        ? { error: 'The request is not known.' }
        : await this.writeBackup(backup, request.file, signal);
    socket.end(`${JSON.stringify(answer satisfies ControlAnswer)}\n`);
  }

  private async writeBackup(backup: SqliteBackup, file: string, signal: AbortSignal): Promise<ControlAnswer> {
    const startedAt = performance.now();
    try {
      await backup.writeTo(file, signal);
      this.logger.log({ message: 'Backup written', durationMs: Math.round(performance.now() - startedAt) });
      return {};
    } catch (error) {
      this.logger.warn({ message: 'Backup failed', error });
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** Passes on the text before the first line break, once; later text is ignored. */
function onFirstLine(socket: Socket, take: (line: string) => void): void {
  let text = '';
  const read = (chunk: string): void => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= MAX_REQUEST_CHARACTERS) return;
    if (end < 0) {
      socket.destroy();
      return;
    }
    socket.off('data', read);
    // Keeps reading, so that the end of the connection is noticed.
    socket.resume();
    socket.setTimeout(0);
    take(text.slice(0, end));
  };
  socket.setTimeout(REQUEST_TIMEOUT_MS, () => {
    socket.destroy();
  });
  socket.setEncoding('utf8').on('data', read);
}

async function listen(path: string, accept: (socket: Socket) => void): Promise<Server> {
  const server = createServer(accept);
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, OWNER_FILE);
  return server;
}

/** This process holds the lock on the database, so a socket that exists was left by a killed process. */
function removeStale(path: string): void {
  try {
    if (!lstatSync(path).isSocket()) throw new Error(`${path} is there and is not a socket.`);
    rmSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
