import { join, resolve } from 'node:path';

// One request and one response per connection, each a JSON object on its own line.

export interface ControlRequest {
  readonly command: 'backup';
  /** An absolute path on the machine of the service. */
  readonly file: string;
}

export interface ControlAnswer {
  /** Absent when the request succeeded. */
  readonly error?: string;
}

/** The longest request, in characters. */
export const MAX_REQUEST_CHARACTERS = 8_192;
/** Longest address of a socket: `sun_path` less its final zero. */
export const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** Path of the control socket of the process that works on a data directory. Throws when it is too long. */
export function controlSocketIn(dataDir: string): string {
  const path = join(resolve(dataDir), 'control.sock');
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return path;
  throw new Error(
    `The path of DATA_DIR is too long for a control socket: ${path} has ${bytes} bytes, and ` +
      `${MAX_SOCKET_PATH_BYTES} are possible.`,
  );
}

export function controlRequestIn(line: string): ControlRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Text that is not JSON is an invalid request.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('command' in value) || value.command !== 'backup') return undefined;
  if (!('file' in value) || typeof value.file !== 'string') return undefined;
  return { command: 'backup', file: value.file };
}
