import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');
/** Specs and fakes of extensions may use more. */
const NOT_SHIPPED = /\.(spec|fake)\.ts(\.template)?$/;

interface Import {
  readonly from: string;
  /** The file of `src`. */
  readonly path: string;
  readonly name: string;
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function filesIn(folder: string, ends: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ends) && !NOT_SHIPPED.test(name))
    .map((name) => posix.join(folder, name));
}

/** Imports of a file from `src`, as if it were at `place`. */
function importsOf(path: string, place = path): Import[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  return source.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
    if (!ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const { text } = statement.moduleSpecifier;
    const target = `${posix.join(posix.dirname(place), text)}.ts`;
    const names = statement.importClause?.namedBindings;
    if (!target.startsWith('src/') || names === undefined || !ts.isNamedImports(names)) return [];
    return names.elements.map(({ name, propertyName }) => ({
      from: path,
      path: target,
      name: (propertyName ?? name).text,
    }));
  });
}

/** The names that a file declares with `@publicApi`. */
function markedIn(path: string): Set<string> {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const marked = new Set<string>();
  for (const statement of source.statements) {
    const isMarked = ts.getJSDocTags(statement).some(({ tagName }) => tagName.text === 'publicApi');
    if (!isMarked) continue;
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) marked.add(name.getText(source));
    } else if ('name' in statement) {
      marked.add((statement.name as ts.Identifier).text);
    }
  }
  return marked;
}

describe('the public API of extensions', () => {
  const imports = [
    ...filesIn('examples', '.ts').flatMap((path) => importsOf(path)),
    ...filesIn('tools/templates', '.template')
      .flatMap((path) => importsOf(path, path.replace(/^.*?\/src\//, 'src/')))
      .filter(({ path }) => !path.startsWith('src/__name__/')),
  ];

  it('marks with @publicApi what examples and generated modules import', () => {
    expect(imports.length).toBeGreaterThan(40);
    const unmarked = imports.filter(({ path, name }) => !markedIn(reExported(path, name)).has(name));

    expect(unmarked).toEqual([]);
  });

  it.each([
    ['src/sync/ports/event-sink.ts', 'EventSink'],
    ['src/sync/ports/event-sinks.ts', 'EventSinks'],
    ['src/session/ports/session-policy.ts', 'SessionPolicy'],
    ['src/session/ports/session-policies.ts', 'SessionPolicies'],
    ['src/session/ports/guest-channel.ts', 'GuestChannel'],
    ['src/session/ports/guest-channels.ts', 'GuestChannels'],
    ['src/session/ports/lease-fence.ts', 'LeaseFence'],
    ['src/session/ports/conversation-events.ts', 'ConversationEvents'],
    ['src/health/health-checks.ts', 'HealthChecks'],
    ['src/metrics/metrics.ts', 'Metrics'],
    ['src/config/extension-settings.ts', 'readSettings'],
    ['src/common/logging/redaction.ts', 'allowLogFields'],
    ['src/common/logging/redaction.ts', 'blankInLogs'],
  ])('marks in %s the declaration of %s', (path, name) => {
    expect(markedIn(path)).toContain(name);
  });
});

const RE_EXPORTED: Readonly<Record<string, { names: readonly string[]; declaredIn: string }>> = {
  'src/session/ports/guest-channel.ts': {
    names: ['Conversation', 'NewConversation'],
    declaredIn: 'src/session/ports/conversation.ts',
  },
  'src/common/http/http-client.ts': {
    names: ['HttpAnswer', 'HttpRequest'],
    declaredIn: 'src/common/http/http-exchange.ts',
  },
};

/** The declaring file of a name that another file exports again. */
function reExported(path: string, name: string): string {
  return RE_EXPORTED[path]?.names.includes(name) === true ? RE_EXPORTED[path].declaredIn : path;
}
