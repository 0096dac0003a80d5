import { join, relative } from 'node:path';
import ts from 'typescript';
import { allowLogFields, isAllowedField } from '../../src/common/logging/redaction';

const root = join(__dirname, '../..');
const LOGGERS: ReadonlySet<string> = new Set(['Logger', 'LoggerService', 'ConsoleLogger']);
const METHODS: ReadonlySet<string> = new Set(['log', 'warn', 'error', 'debug', 'verbose', 'fatal']);
const ADDING = allowLogFields.name;
const PLAIN =
  ts.TypeFlags.Any |
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.Undefined;

interface LoggedField {
  readonly name: string;
  /** Tells whether a value of this type may be omitted: plain values may not. */
  readonly isPlain: boolean;
}

/** A call that adds fields to the allow-list. */
interface Addition {
  readonly place: string;
  /** Undefined for a name that is no literal. */
  readonly names: readonly (string | undefined)[];
}

interface LogCall {
  readonly place: string;
  readonly fields: readonly LoggedField[];
  /** Tells whether the type names every field. */
  readonly isClosed: boolean;
}

/**
 * Loads the types of Nest's packages only, which halves the program. A value from another package has the type `any`;
 * an object from another package has unknown fields and is reported.
 */
function programOf(rootNames: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const parsed = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: [...rootNames] },
    ts.sys,
    root,
  );
  const options: ts.CompilerOptions = { ...parsed.options, types: [] };
  const host = ts.createCompilerHost(options);
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) =>
      text.startsWith('.') || text === '@nestjs/common'
        ? ts.resolveModuleName(text, from, options, host, cache, undefined, ts.ModuleKind.CommonJS)
        : { resolvedModule: undefined },
    );
  return ts.createProgram({ rootNames, options, host });
}

/** Finds every call of a method of Nest's loggers with an object. */
function logCallsIn(program: ts.Program, sources: readonly ts.SourceFile[]): LogCall[] {
  const checker = program.getTypeChecker();
  const calls: LogCall[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) calls.push(...logCall(checker, node));
    ts.forEachChild(node, visit);
  };
  sources.forEach(visit);
  return calls;
}

function logCall(
  checker: ts.TypeChecker,
  { expression: callee, arguments: [first] }: ts.CallExpression,
): LogCall[] {
  if (first === undefined || !ts.isPropertyAccessExpression(callee) || !METHODS.has(callee.name.text))
    return [];
  if (!isLogger(checker.getNonNullableType(checker.getTypeAtLocation(callee.expression)))) return [];
  const type = checker.getTypeAtLocation(first);
  if ((type.flags & ts.TypeFlags.StringLike) !== 0) return [];
  const source = callee.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(callee.getStart());
  return [
    {
      place: `${relative(root, source.fileName)}:${line + 1}`,
      fields: membersOf(type).flatMap((member) => fieldsOf(checker, member)),
      isClosed: membersOf(type).every((member) => isClosed(checker, member)),
    },
  ];
}

/** Every call of `allowLogFields`: a spec does not load the modules that make them. */
function additionsIn(sources: readonly ts.SourceFile[]): Addition[] {
  const additions: Addition[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === ADDING)
      additions.push({
        place: relative(root, node.getSourceFile().fileName),
        names: node.arguments.map((name) => (ts.isStringLiteral(name) ? name.text : undefined)),
      });
    ts.forEachChild(node, visit);
  };
  sources.forEach(visit);
  return additions;
}

function isLogger(type: ts.Type): boolean {
  const symbol = type.getSymbol();
  const isNest = symbol?.declarations?.some((at) => at.getSourceFile().fileName.includes('/@nestjs/common/'));
  return isNest === true && LOGGERS.has(symbol?.name ?? '');
}

function membersOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

function fieldsOf(checker: ts.TypeChecker, type: ts.Type): LoggedField[] {
  return checker.getPropertiesOfType(type).map((property) => ({
    name: property.name,
    isPlain: membersOf(checker.getTypeOfSymbol(property)).every(({ flags }) => (flags & PLAIN) !== 0),
  }));
}

function isClosed(checker: ts.TypeChecker, type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0 && checker.getIndexInfosOfType(type).length === 0;
}

const files = ['src', 'examples']
  .flatMap((folder) => ts.sys.readDirectory(join(root, folder), ['.ts']))
  .filter((name) => !/\.(spec|fake|builder)\.ts$/.test(name));
const program = programOf(files);
const sources = program.getSourceFiles().filter(({ fileName }) => files.includes(fileName));
const calls = logCallsIn(program, sources);
const additions = additionsIn(sources);

describe('the fields of log lines', () => {
  it('are found, those of spreads included', () => {
    expect(calls.length).toBeGreaterThan(60);
    const inAccess = calls.filter(({ place }) => place.startsWith('src/access/access.telemetry.ts'));
    expect(inAccess.map(({ fields }) => fields.map(({ name }) => name).sort())).toContainEqual([
      'count',
      'message',
      'reason',
    ]);
  });

  it('have known names in every call', () => {
    expect(calls.filter(({ isClosed }) => !isClosed).map(({ place }) => place)).toEqual([]);
  });

  it('are added by extensions with literal names that the allow-list takes', () => {
    expect(additions.map(({ place }) => place)).toContain('examples/reporting/reporting.telemetry.ts');
    for (const { names } of additions) {
      expect(names).not.toContain(undefined);
      allowLogFields(...names.map(String));
    }
  });

  it('are on the allow-list', () => {
    allowLogFields(...additions.flatMap(({ names }) => names.map(String)));
    const dropped = calls.flatMap(({ place, fields }) =>
      fields.filter(({ name }) => !isAllowedField(name)).map(({ name }) => `${place} ${name}`),
    );

    expect(dropped).toEqual([]);
  });

  it('have plain values', () => {
    const dropped = calls.flatMap(({ place, fields }) =>
      fields
        .filter(({ name, isPlain }) => name !== 'error' && !isPlain)
        .map(({ name }) => `${place} ${name}`),
    );

    expect(dropped).toEqual([]);
  });
});
