import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorKind } from '../../src/common/errors/domain.errors';
import { OF_STATUS, STATUS_OF } from '../../src/common/problem/problem';
import { PROBLEM_CATALOGUE } from '../../src/problems/catalogue/problem-catalogue';

interface Used {
  readonly code: string;
  readonly title?: string | undefined;
  readonly status: number;
}

const root = join(__dirname, '../..');
const sources = ['src', 'examples']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
  .filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

const ERROR_CLASS = /class (\w+) extends (\w+) \{\n([^]*?)\n\}/g;

/** The domain errors by class, with inherited fields. */
function domainErrors(): Used[] {
  const classes = new Map(
    sources.flatMap((text) =>
      [...text.matchAll(ERROR_CLASS)].map(([, name = '', parent = '', body = '']) => [
        name,
        { parent, body },
      ]),
    ),
  );
  const valueOf = (name: string, field: string): string | undefined => {
    const { parent = '', body = '' } = classes.get(name) ?? {};
    const own = new RegExp(`readonly ${field}(?:: \\w+)? = '([^']+)'`).exec(body)?.[1];
    return own ?? (classes.has(parent) ? valueOf(parent, field) : undefined);
  };
  const isDomain = (name: string): boolean =>
    name === 'DomainError' || (classes.has(name) && isDomain(classes.get(name)?.parent ?? ''));
  return [...classes.keys()].filter(isDomain).flatMap((name) => {
    const code = valueOf(name, 'code');
    const kind = valueOf(name, 'kind') as ErrorKind;
    return code === undefined ? [] : [{ code, title: valueOf(name, 'title'), status: STATUS_OF[kind] }];
  });
}

/** The problem codes that routes declare. */
function documented(): Used[] {
  return sources.flatMap((text) =>
    [...text.matchAll(/(?:@ApiProblems\(|const \w+_PROBLEMS = )\{([^]*?)\}\)?[;\n]/g)].flatMap(
      ([, table = '']) =>
        [...table.matchAll(/(\d{3}): \[([^\]]*)\]/g)].flatMap(([, status, codes = '']) =>
          [...codes.matchAll(/'([a-z-]+)'/g)].map(([, code = '']) => ({ code, status: Number(status) })),
        ),
    ),
  );
}

function refusals(): Used[] {
  const ofStatus = Object.entries(OF_STATUS).map(([status, [code, title]]) => ({
    code,
    title,
    status: Number(status),
  }));
  return [...ofStatus, { code: 'internal', title: 'Internal error', status: 500 }];
}

describe('the catalogue of problems', () => {
  const errors = domainErrors();
  const routes = documented();

  it('has entries to compare', () => {
    expect(errors.length).toBeGreaterThan(20);
    expect(routes.length).toBeGreaterThan(40);
  });

  it.each([
    ['every error of the domain', errors],
    ['everything that the framework refuses', refusals()],
    ['everything that routes say they answer', routes],
  ])('explains %s, by its title and status', (_, used) => {
    for (const { code, title, status } of used) {
      const found = PROBLEM_CATALOGUE.get(code);

      expect([code, found?.statuses.includes(status)]).toEqual([code, true]);
      expect(found?.title).toBe(title ?? found?.title);
    }
  });

  it('has no other entry', () => {
    const used = [...errors, ...refusals()];
    const explained = [...PROBLEM_CATALOGUE].flatMap(([code, { statuses }]) =>
      statuses.map((status) => `${code} ${status}`),
    );

    expect(explained.sort()).toEqual(
      [...new Set(used.map(({ code, status }) => `${code} ${status}`))].sort(),
    );
  });

  it('has a unique title for every code', () => {
    const titles = [...PROBLEM_CATALOGUE.values()].map(({ title }) => title);

    expect(new Set(titles).size).toBe(titles.length);
  });

  it('explains each code to operators in full sentences', () => {
    for (const [code, { meaning, action }] of PROBLEM_CATALOGUE)
      for (const text of [meaning, action])
        expect([code, text]).toEqual([code, expect.stringMatching(/^[A-Z][^]{20,200}\.$/)]);
  });
});
