import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const root = join(__dirname, '../..');

/** The roles that may follow a dot in a file's name; beside them those that the test runner and the compiler prescribe. */
const ROLES = new Set([
  ...['module', 'controller', 'service', 'config', 'guard', 'decorator', 'filter', 'store', 'gateway'],
  ...[
    'webhook',
    'relay',
    'mapper',
    'queries',
    'telemetry',
    'errors',
    'dto',
    'response',
    'contract',
    'fake',
    'builder',
  ],
  ...['setup', 'teardown', 'd'],
]);
const PRONOUN = /\b(who|whoever|whom|whose|nobody|somebody|everybody|anybody|someone|anyone|everyone)\b/gi;

const sources = ['src', 'client/src', 'console/src', 'examples', 'test', 'bench']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap(filesIn)
  .filter(
    (path) =>
      /\.tsx?$/.test(path) &&
      path !== relative(root, __filename) &&
      !path.startsWith('client/src/generated/'),
  )
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function filesWith(pattern: RegExp, within = sources): string[] {
  return within.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

describe('the sources', () => {
  it('are found', () => {
    expect(sources.length).toBeGreaterThan(100);
  });

  it.each([
    ['forwardRef', /\bforwardRef\b/],
    ['an explicit any', /(:|\bas|<)\s*any\b(?!\w)/],
    ['a silenced compiler', /@ts-(ignore|expect-error|nocheck)/],
    ['a silenced linter', /eslint-disable/],
    ['a focused or skipped test', /\b(it|describe|test)\.(only|skip|todo)\(/],
  ])('hold no %s', (_what, pattern) => {
    expect(filesWith(pattern)).toEqual([]);
  });

  it('have no barrel files', () => {
    expect(sources.filter(({ path }) => path.endsWith('/index.ts'))).toEqual([]);
  });

  it('are named name.role.ts, with a role of the house after the dot', () => {
    const named = sources.map(({ path }) => path.replace(/\.spec\.ts$|\.tsx?$/, ''));
    const wrong = named.filter((path) => {
      const roles = basename(path).split('.').slice(1);
      return roles.some((role) => !ROLES.has(role));
    });
    expect(wrong).toEqual([]);
  });
});

describe('the comments of the sources', () => {
  const comments = sources.flatMap(({ path, text }) =>
    commentsIn(text).map((comment) => ({ path, comment })),
  );

  it('are found', () => {
    expect(comments.length).toBeGreaterThan(1_000);
  });

  it('open with a noun phrase or a verb', () => {
    const wrong = comments.filter(({ comment }) =>
      /^(What|Who|Whoever|Whatever|Whose|Where|Of|For)\b/.test(comment),
    );
    expect(wrong).toEqual([]);
  });

  it('name roles: at most one person pronoun in 1,000 words', () => {
    const words = comments.reduce((sum, { comment }) => sum + comment.split(/\s+/).length, 0);
    const pronouns = comments.flatMap(({ comment }) => comment.match(PRONOUN) ?? []);
    expect(pronouns.length * 1_000).toBeLessThanOrEqual(words);
  });
});

describe('the documents', () => {
  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    'client/README.md',
    ...filesIn('docs').filter((path) => path.endsWith('.md')),
  ];

  it('name roles: at most one person pronoun in 1,000 words', () => {
    const texts = documents.map((path) => readFileSync(join(root, path), 'utf8').replace(/```[^]*?```/g, ''));
    const words = texts.join(' ').split(/\s+/);
    const pronouns = texts.flatMap((text) => text.match(PRONOUN) ?? []);
    expect(pronouns.length * 1_000).toBeLessThanOrEqual(words.length);
  });
});

/** Doc comments, and runs of line comments, as one line of text each. */
function commentsIn(text: string): string[] {
  const docs = [...text.matchAll(/\/\*\*([^]*?)\*\//g)].map(([, body = '']) =>
    body.replace(/^[ \t]*\* ?/gm, ' '),
  );
  const runs = [...text.matchAll(/(?:^[ \t]*\/\/.*\n?)+/gm)].map(([run]) =>
    run.replace(/^[ \t]*\/\//gm, ' '),
  );
  return [...docs, ...runs].map((comment) => comment.replace(/\s+/g, ' ').trim());
}
