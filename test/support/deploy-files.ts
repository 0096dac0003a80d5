import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll, YAML11_SCHEMA } from 'js-yaml';

const root = join(__dirname, '../..');

/** A YAML document that is read by its keys. */
export type Yaml = Readonly<Record<string, unknown>>;

export function readDeployed(path: string): string {
  return readFileSync(join(root, 'deploy', path), 'utf8');
}

/** Reads the documents of a file as its consumers do: with merged keys, and `on` and `yes` as booleans. */
export function documentsIn(path: string): Yaml[] {
  return loadAll(readDeployed(path), { schema: YAML11_SCHEMA }) as Yaml[];
}

/** Finds every file below `deploy` with this extension. */
export function deployedFiles(ending: string): string[] {
  return readdirSync(join(root, 'deploy'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'deploy/').length))
    .filter((path) => !path.startsWith('secrets/'));
}

/** Returns the value at this path of keys and indexes, or undefined. */
export function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined,
    value,
  );
}

export function recordAt(value: unknown, ...keys: readonly (string | number)[]): Record<string, unknown> {
  return (at(value, ...keys) ?? {}) as Record<string, unknown>;
}

export function listAt(value: unknown, ...keys: readonly (string | number)[]): unknown[] {
  return (at(value, ...keys) ?? []) as unknown[];
}

/** Returns every value of a key, at any depth. */
export function everywhere(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Record<string, unknown>).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...everywhere(inner, key),
  ]);
}
