import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Logger } from '@nestjs/common';
import { StorageConfig } from '../../config/storage.config';
import { controlSocketIn, MAX_REQUEST_CHARACTERS, MAX_SOCKET_PATH_BYTES } from './control-protocol';
import { ControlSocket } from './control-socket';
import { DatabaseConnection } from '../database/database-connection';

describe(ControlSocket.name, () => {
  let directory: string;
  let connection: DatabaseConnection;
  let control: ControlSocket;
  let warn: jest.SpyInstance;

  beforeEach(async () => {
    jest.spyOn(Logger.prototype, 'log').mockImplementation();
    warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    directory = mkdtempSync(join(tmpdir(), 'guest-control-'));
    connection = await DatabaseConnection.open(new StorageConfig({ DATA_DIR: directory }));
    control = controlIn(directory);
  });

  afterEach(async () => {
    await control.beforeApplicationShutdown();
    await connection.close();
    rmSync(directory, { recursive: true, force: true });
    jest.restoreAllMocks();
  });

  const controlIn = (dataDir: string): ControlSocket =>
    new ControlSocket(new StorageConfig({ DATA_DIR: dataDir }), connection);

  const ask = async (request: string): Promise<unknown> => {
    const socket = createConnection(controlSocketIn(directory));
    await once(socket, 'connect');
    socket.write(request);
    const answer = await text(socket);
    return answer === '' ? 'no answer' : JSON.parse(answer);
  };

  it('writes a backup to the requested path, through a socket for its owner alone', async () => {
    await control.onApplicationBootstrap();
    const file = join(directory, 'copy.db');

    expect(statSync(controlSocketIn(directory)).mode & 0o777).toBe(0o600);
    expect(await ask(`${JSON.stringify({ command: 'backup', file })}\n`)).toEqual({});
    expect(statSync(file).size).toBeGreaterThan(0);
    expect(await ask(`${JSON.stringify({ command: 'backup', file })}\n`)).toEqual({
      error: `${file} exists. A backup replaces no file.`,
    });
  });

  it.each([
    ['no JSON', 'backup /tmp/x\n'],
    ['another command', '{"command":"restore","file":"/tmp/x"}\n'],
    ['no file', '{"command":"backup"}\n'],
    ['null', 'null\n'],
  ])('refuses %s', async (_, request) => {
    await control.onApplicationBootstrap();

    expect(await ask(request)).toEqual({ error: 'The request is not known.' });
  });

  it('closes a connection that sends more than the longest request', async () => {
    await control.onApplicationBootstrap();

    expect(await ask('x'.repeat(MAX_REQUEST_CHARACTERS + 1)).catch(() => 'no answer')).toBe('no answer');
  });

  it('replaces the socket of a killed process, and removes its own', async () => {
    const path = controlSocketIn(directory);
    const left = createServer();
    left.listen(path);
    await once(left, 'listening');
    await control.onApplicationBootstrap();

    expect(await ask('null\n')).toEqual({ error: 'The request is not known.' });
    await control.beforeApplicationShutdown();
    expect(readdirSync(directory)).not.toContain('control.sock');
    left.close();
  });

  it('survives an error of its server, such as a connection that it cannot accept', async () => {
    const listen = jest.spyOn(Server.prototype, 'listen');
    await control.onApplicationBootstrap();
    const server = listen.mock.contexts.find((context) => context instanceof Server);
    const error = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' });

    expect(() => server?.emit('error', error)).not.toThrow();
    expect(warn).toHaveBeenCalledWith({ message: 'Control socket failed', error });
    expect(await ask('null\n')).toEqual({ error: 'The request is not known.' });
  });

  it('keeps a file that is not a socket, and logs that no backup can be taken', async () => {
    writeFileSync(controlSocketIn(directory), 'kept');
    await control.onApplicationBootstrap();

    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({ message: 'Control socket not opened: no backup can be taken' }),
    );
    expect(statSync(controlSocketIn(directory)).size).toBe(4);
  });

  it('logs a path that is too long for a socket', async () => {
    await controlIn(join(directory, 'x'.repeat(MAX_SOCKET_PATH_BYTES))).onApplicationBootstrap();

    expect(warn).toHaveBeenCalledWith({
      message: 'Control socket not opened: no backup can be taken',
      error: expect.objectContaining({
        message: expect.stringMatching(/The path of DATA_DIR is too long for a control socket/) as string,
      }) as Error,
    });
  });
});
