import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** The front end's files beside the folder of the compiled service; the bundle lies as deep as this file. */
export const CONSOLE_FOLDER = join(__dirname, '..', '..', 'console', 'dist');

const INDEX = 'index.html';
/** The folder of files with a hash of their content in their names. */
const ASSETS = 'assets/';
const MAX_FILES = 1_000;
const MAX_BYTES = 32 * 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Content codings in the order of preference, with the extension of the compressed file. */
const CODINGS = [
  { coding: 'br', extension: '.br' },
  { coding: 'gzip', extension: '.gz' },
] as const;

/** A file with its compressed forms. */
export interface ConsoleFile {
  readonly type: string;
  readonly cacheControl: string;
  readonly content: Buffer;
  readonly compressed: readonly { readonly coding: string; readonly content: Buffer }[];
}

/**
 * The files of the front end, read once into memory: a path is looked up among their names, so that no request reaches
 * the file system. Files of an unknown type are left out.
 */
export class ConsoleFiles {
  private constructor(private readonly files: ReadonlyMap<string, ConsoleFile>) {}

  /** Reads a folder; empty if the front end was not built into it. Throws above 1,000 files or 32 MB. */
  static read(folder: string): ConsoleFiles {
    if (!existsSync(join(folder, INDEX))) return new ConsoleFiles(new Map());
    const contents = contentsOf(folder);
    const files = [...contents].flatMap(([path, content]) => {
      const type = TYPES[extname(path)];
      return type === undefined ? [] : [[path, fileOf(path, type, content, contents)] as const];
    });
    return new ConsoleFiles(new Map(files));
  }

  get isEmpty(): boolean {
    return this.files.size === 0;
  }

  /**
   * The file at a path below `/console/`. A path without a dot is a page of the front end, which its router finds in
   * `index.html`.
   */
  find(path: string): ConsoleFile | undefined {
    return this.files.get(path.includes('.') ? path : INDEX);
  }
}

function contentsOf(folder: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  if (entries.length > MAX_FILES) throw new Error(`${folder} has more than ${MAX_FILES} files`);
  const contents = new Map<string, Buffer>();
  let bytes = 0;
  for (const { parentPath, name } of entries) {
    const path = join(parentPath, name);
    const content = readFileSync(path);
    bytes += content.length;
    if (bytes > MAX_BYTES) throw new Error(`${folder} has more than ${MAX_BYTES} bytes`);
    contents.set(relative(folder, path).replaceAll(sep, '/'), content);
  }
  return contents;
}

function fileOf(
  path: string,
  type: string,
  content: Buffer,
  contents: ReadonlyMap<string, Buffer>,
): ConsoleFile {
  const compressed = CODINGS.flatMap(({ coding, extension }) => {
    const found = contents.get(path + extension);
    return found === undefined ? [] : [{ coding, content: found }];
  });
  const cacheControl = path.startsWith(ASSETS) ? 'public, max-age=31536000, immutable' : 'no-cache';
  return { type, cacheControl, content, compressed };
}
