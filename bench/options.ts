import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DatabaseKind } from './support/databases';

const PROFILES = join('dist-bench', 'profiles');

export const USAGE = `Usage: npm run bench -- [options]

  --quick            smaller counts: proves in one and a half minutes that the benchmark works, without meaningful results
  --only name        one of opening, webhooks, receivers, guards, beats, claims, sessions, tracing, console, tabs; may be repeated;
                     console and tabs, which fill databases with a million deliveries, run only if they are named
  --database name    measure opening, webhooks, receivers and console only on sqlite or only on postgres
  --resumed          start the live sessions as a restart of the service does, not as new ones
  --baseline dist    compare traces that are off with the build in this folder, such as the dist of the commit before
  --profile [dir]    write CPU profiles of the processes that are measured into this folder (${PROFILES}), such as
                     service-sqlite-3.cpuprofile; they slow the processes
  --help

To find where the time of an opening goes: npm run bench -- --only opening --profile

BENCH_DATABASE_URL: a PostgreSQL server for measuring opening, webhooks, receivers, guards, claims, console and tabs too; needs the right to create databases.
Without it, opening, webhooks, receivers, console and tabs start a server of its own from the development dependencies.
`;

export const SECTIONS = [
  'opening',
  'webhooks',
  'receivers',
  'guards',
  'beats',
  'claims',
  'sessions',
  'tracing',
  'console',
  'tabs',
] as const;

/** The sections of a run without `--only`. */
const USUAL: readonly Section[] = SECTIONS.filter((name) => name !== 'console' && name !== 'tabs');

const DATABASES: readonly DatabaseKind[] = ['sqlite', 'postgres'];

export type Section = (typeof SECTIONS)[number];

export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly sections: readonly Section[];
  readonly resumed: boolean;
  readonly profileDir: string | undefined;
  /** The build to compare with. */
  readonly baseline: string | undefined;
  /** Kinds of databases for measuring openings. */
  readonly databases: readonly DatabaseKind[];
  readonly databaseUrl: string | undefined;
}

/** Throws an error that explains the first invalid argument. */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options {
  const { values } = parseArgs({
    args: withDefaultProfile(args),
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      database: { type: 'string', multiple: true },
      resumed: { type: 'boolean', default: false },
      baseline: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    help: values.help,
    quick: values.quick,
    sections: values.only?.map((name) => oneOf(SECTIONS, name, '--only')) ?? USUAL,
    resumed: values.resumed,
    profileDir: values.profile,
    baseline: values.baseline,
    databases: databasesNamed(values.database),
    databaseUrl: environment['BENCH_DATABASE_URL'],
  };
}

/** `--profile` may come without its value, which the parser of arguments does not support. */
function withDefaultProfile(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const next = args[index + 1];
    return arg === '--profile' && (next === undefined || next.startsWith('-')) ? [arg, PROFILES] : [arg];
  });
}

/** The databases of an option that may be repeated; all if it is not given. Throws for an unknown name. */
export function databasesNamed(names: readonly string[] | undefined): readonly DatabaseKind[] {
  return names?.map((name) => oneOf(DATABASES, name, '--database')) ?? DATABASES;
}

function oneOf<T extends string>(known: readonly T[], name: string, option: string): T {
  const found = known.find((one) => one === name);
  if (found === undefined) throw new Error(`${option} must be one of ${known.join(', ')}, not '${name}'`);
  return found;
}
