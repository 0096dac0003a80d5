import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEM_CATALOGUE } from '../../src/problems/catalogue/problem-catalogue';
import { breakingChanges } from '../support/openapi-changes';
import { isRecord, type Json, OpenApiReader } from '../support/openapi-reader';

const docs = join(__dirname, '../../docs');
const PROBLEM = 'application/problem+json';
const OF_EVERY_ROUTE = ['400', '408', '431', '500'];

function read(name: string): Json {
  return JSON.parse(readFileSync(join(docs, name), 'utf8')) as Json;
}

const document = read('openapi.json');
const reader = new OpenApiReader(document);
const operations = Object.entries(reader.paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, operation]) =>
    isRecord(operation) ? [{ name: `${method} ${path}`, method, path, operation }] : [],
  ),
);

describe('docs/openapi.json', () => {
  it('has no breaking change from docs/openapi.released.json', () => {
    expect(breakingChanges(read('openapi.released.json'), document)).toEqual([]);
  });

  it('has a section for every tag, sessions first and what machines read last', () => {
    const sections = (document['tags'] as readonly Json[]).map(({ name }) => name);
    const used = operations.flatMap(({ operation }) => operation['tags'] as readonly string[]);

    expect([...sections].sort()).toEqual([...new Set(used)].sort());
    expect(sections[0]).toBe('sessions');
    expect(sections.slice(-3)).toEqual(['health', 'metrics', 'problems']);
  });

  it('is valid OpenAPI 3.1 with resolvable references', () => {
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];

    expect(document['openapi']).toBe('3.1.0');
    expect(references.length).toBeGreaterThan(100);
    for (const reference of new Set(references))
      expect(reader.resolve(JSON.parse(`{${reference}}`))).toBeDefined();
  });

  it.each(operations)('describes $name with all of its answers', ({ method, path, operation }) => {
    const statuses = [...reader.responsesOf(operation).keys()];
    // A body that stays raw may be of any type.
    const ofBody = 'x-raw-body' in operation ? ['413'] : ['413', '415'];
    const withBody = method === 'get' ? [] : ofBody;
    const withParameter = path.includes('{') ? ['404'] : [];

    expect(operation['summary']).toEqual(expect.stringMatching(/\.$/));
    expect(statuses).toEqual(expect.arrayContaining([...OF_EVERY_ROUTE, ...withBody, ...withParameter]));
    expect(statuses.filter((status) => status.startsWith('2')).length).toBeGreaterThan(0);
  });

  it.each(operations)('explains every problem of $name with an example', ({ operation }) => {
    const problems = [...reader.responsesOf(operation)].flatMap(([status, { content }]) => {
      const problem = isRecord(content) ? content[PROBLEM] : undefined;
      const examples = isRecord(problem) && isRecord(problem['examples']) ? problem['examples'] : {};
      return Object.keys(examples).map((code) => [status, code] as const);
    });

    expect(problems.length).toBeGreaterThan(3);
    for (const [status, code] of problems)
      expect(PROBLEM_CATALOGUE.get(code)?.statuses).toContain(Number(status));
  });

  it("declares both media types of a problem's explanation", () => {
    const explained = reader.responsesOf(reader.paths['/problems/{code}']?.['get'] as Json).get('200') ?? {};

    expect([...reader.contentOf(explained).keys()]).toEqual(['application/json', 'text/html']);
  });

  it.each(['X-Request-Id', 'Retry-After'])('requires %s wherever it is a property', (name) => {
    const { headers } = document['components'] as { headers: Record<string, Json> };

    expect(headers[name]?.['required']).toBe(true);
  });

  it('has an example of every property of the bodies', () => {
    const { schemas } = document['components'] as { schemas: Record<string, Json> };
    const bare = Object.entries(schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties as Record<string, Json>)
        .filter(([, property]) => !/"(example|enum|\$ref)":/.test(JSON.stringify(property)))
        .map(([property]) => `${name}.${property}`),
    );

    expect(bare).toEqual([]);
  });
});
