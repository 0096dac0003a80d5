import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redaction } from '../common/logging/redaction';
import type { Environment } from './environment';
import { PLACE } from './environment.fake';
import { LogConfig } from './log.config';
import { OAuthClients } from './oauth-clients';
import { readEnvironment } from './read-environment';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-clients-'));
  path = join(directory, 'secret');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function listOf(secrets: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(secrets).map(([id, secret]) => ({ id, secret })));
}

function fromSecretFile(secret: string): Environment {
  writeFileSync(path, secret);
  return readEnvironment({ ...PLACE, GENESYS_CLIENT_ID: 'only', GENESYS_CLIENT_SECRET_FILE: path });
}

function fromClientsFile(secrets: Readonly<Record<string, string>>): Environment {
  writeFileSync(path, listOf(secrets));
  return readEnvironment({ ...PLACE, GENESYS_CLIENTS_FILE: path });
}

describe(OAuthClients.name, () => {
  it('is the single client, or those of the list in its order', () => {
    const single = { ...PLACE, GENESYS_CLIENT_ID: 'only', GENESYS_CLIENT_SECRET: 'secret' };
    const several = { ...PLACE, GENESYS_CLIENTS: listOf({ b: 'secret-b', a: 'secret-a' }) };

    expect(new OAuthClients(readEnvironment(single)).ids).toEqual(['only']);
    const clients = new OAuthClients(readEnvironment(several));
    expect(clients.ids).toEqual(['b', 'a']);
    expect(clients.ids.map((id) => clients.secretOf(id))).toEqual(['secret-b', 'secret-a']);
  });

  it('throws for an unknown client, without its name', () => {
    const clients = new OAuthClients(fromClientsFile({ a: 'secret' }));

    expect(() => clients.secretOf('canary')).toThrow(/^There is no such OAuth client$/);
  });

  it('follows a secret file that is rotated while the process runs', () => {
    const clients = new OAuthClients(fromSecretFile('before\n'));
    expect(clients.secretOf('only')).toBe('before');

    writeFileSync(path, 'after\n');

    expect(clients.secretOf('only')).toBe('after');
  });

  it('follows a clients file, each client independently', () => {
    const clients = new OAuthClients(fromClientsFile({ a: 'a-before', b: 'b-stays' }));

    writeFileSync(path, listOf({ b: 'b-stays', a: 'a-after' }));

    expect(clients.secretOf('a')).toBe('a-after');
    expect(clients.secretOf('b')).toBe('b-stays');
    expect(clients.ids).toEqual(['a', 'b']);
  });

  it('adds no client after the start, and removes none', () => {
    const clients = new OAuthClients(fromClientsFile({ a: 'a-before', b: 'b-before' }));

    writeFileSync(path, listOf({ a: 'a-after', c: 'c-new' }));

    expect(clients.secretOf('a')).toBe('a-after');
    expect(clients.secretOf('b')).toBe('b-before');
    expect(() => clients.secretOf('c')).toThrow('no such OAuth client');
    expect(clients.ids).toEqual(['a', 'b']);
  });

  it.each([
    ['half written', '[{"id":"a","secret":"a-af'],
    ['empty', ''],
    ['no list', '{}'],
    ['a list with an empty secret', '[{"id":"a","secret":""}]'],
  ])('keeps the last known secrets while the clients file is %s', (_what, text) => {
    const clients = new OAuthClients(fromClientsFile({ a: 'a-before' }));
    writeFileSync(path, listOf({ a: 'a-known' }));
    expect(clients.secretOf('a')).toBe('a-known');

    writeFileSync(path, text);
    expect(clients.secretOf('a')).toBe('a-known');

    writeFileSync(path, listOf({ a: 'a-after' }));
    expect(clients.secretOf('a')).toBe('a-after');
  });

  it('keeps the last known secret while its file is empty or missing', () => {
    const clients = new OAuthClients(fromSecretFile('before'));

    writeFileSync(path, '\n');
    expect(clients.secretOf('only')).toBe('before');
    rmSync(path);
    expect(clients.secretOf('only')).toBe('before');

    writeFileSync(path, 'after');
    expect(clients.secretOf('only')).toBe('after');
  });

  it.each([
    ['secret', () => fromSecretFile('the-old-one'), 'the-new-one', 'only'],
    ['clients', () => fromClientsFile({ a: 'the-old-one' }), listOf({ a: 'the-new-one' }), 'a'],
  ])('keeps old and new secrets of a %s file out of the log', (_what, environmentOf, text, id) => {
    const environment = environmentOf();
    const redaction = new Redaction(new LogConfig(environment).secrets);
    const clients = new OAuthClients(environment);

    writeFileSync(path, text);
    clients.secretOf(id);

    expect(redaction.apply({ message: 'first the-old-one, then the-new-one' })).toEqual({
      message: 'first [redacted], then [redacted]',
    });
  });
});
