import { configurationErrorOf, PLACE, problemsOf, settingFiles } from './environment.fake';
import { readEnvironment } from './read-environment';

const CLIENTS = [
  { id: 'first', secret: 'canary-first' },
  { id: 'second', secret: 'canary-second' },
];
const MALFORMED = 'GENESYS_CLIENTS must be a JSON list of {"id","secret"}, each id once';

const fileWith = settingFiles();

describe(`${readEnvironment.name} with GENESYS_CLIENTS`, () => {
  it('replaces the single client', () => {
    const environment = readEnvironment({ ...PLACE, GENESYS_CLIENTS: JSON.stringify(CLIENTS) });

    expect(environment.GENESYS_CLIENTS).toEqual(CLIENTS);
    expect([...environment.secrets]).toEqual(expect.arrayContaining(['canary-first', 'canary-second']));
    expect(environment.files).toEqual({});
  });

  it('may come as a file, which is remembered', () => {
    const path = fileWith(`${JSON.stringify(CLIENTS)}\n`);
    const environment = readEnvironment({ ...PLACE, GENESYS_CLIENTS_FILE: path });

    expect(environment.GENESYS_CLIENTS).toEqual(CLIENTS);
    expect(environment.files).toEqual({ GENESYS_CLIENTS: path });
  });

  it.each([
    ['no JSON', 'canary'],
    ['half of it', '[{"id":"a","secret":"canary'],
    ['no list', '{"id":"a","secret":"canary"}'],
    ['no client', '[]'],
    ['nothing', 'null'],
    ['a text', '"canary"'],
    ['a client that is null', '[null]'],
    ['a client without a secret', '[{"id":"canary"}]'],
    ['an empty secret', '[{"id":"canary","secret":""}]'],
    ['an empty id', '[{"id":"","secret":"canary"}]'],
    ['an id that is a number', '[{"id":1,"secret":"canary"}]'],
    ['an id twice', '[{"id":"a","secret":"canary-1"},{"id":"a","secret":"canary-2"}]'],
  ])('refuses %s, and repeats nothing of it', (_what, text) => {
    const inline = configurationErrorOf({ ...PLACE, GENESYS_CLIENTS: text });
    const inFile = configurationErrorOf({ ...PLACE, GENESYS_CLIENTS_FILE: fileWith(text) });

    expect([inline?.problems, inFile?.problems]).toEqual([[MALFORMED], [MALFORMED]]);
    expect(`${inline?.message} ${inFile?.message}`).not.toContain('canary');
  });

  it('refuses an empty file', () => {
    expect(problemsOf({ ...PLACE, GENESYS_CLIENTS_FILE: fileWith('') })).toEqual([MALFORMED]);
  });

  it.each(['GENESYS_CLIENT_ID', 'GENESYS_CLIENT_SECRET'])('refuses %s beside it', (name) => {
    const variables = { ...PLACE, GENESYS_CLIENTS: JSON.stringify(CLIENTS), [name]: 'canary' };

    expect(problemsOf(variables)).toEqual([`GENESYS_CLIENTS and ${name} exclude each other`]);
  });

  it('is refused in both variables', () => {
    const text = JSON.stringify(CLIENTS);
    const variables = { ...PLACE, GENESYS_CLIENTS: text, GENESYS_CLIENTS_FILE: fileWith(text) };

    expect(problemsOf(variables)).toEqual(['GENESYS_CLIENTS and GENESYS_CLIENTS_FILE exclude each other']);
  });

  it('is unset when it is empty', () => {
    const single = { ...PLACE, GENESYS_CLIENT_ID: 'only', GENESYS_CLIENT_SECRET: 'secret' };

    expect(readEnvironment({ ...single, GENESYS_CLIENTS: '' }).GENESYS_CLIENTS).toBeUndefined();
  });
});
