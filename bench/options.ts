import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run bench -- [options]

  --quick          smaller counts: proves within a minute that the benchmark works, without meaningful results
  --only name      one of opening, guards, beats, claims, sessions; may be repeated
  --resumed        start the live sessions as a restart of the service does, not as new ones
  --profile dir    write CPU profiles of the processes that are measured into this folder
  --help

BENCH_DATABASE_URL: a PostgreSQL server for measuring opening, guards and claims too; needs the right to create databases.
`;

export const SECTIONS = ['opening', 'guards', 'beats', 'claims', 'sessions'] as const;

export type Section = (typeof SECTIONS)[number];

export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly sections: readonly Section[];
  readonly resumed: boolean;
  readonly profileDir: string | undefined;
  readonly databaseUrl: string | undefined;
}

/** Throws an error that explains the first invalid argument. */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      resumed: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    help: values.help,
    quick: values.quick,
    sections: values.only?.map(sectionCalled) ?? SECTIONS,
    resumed: values.resumed,
    profileDir: values.profile,
    databaseUrl: environment['BENCH_DATABASE_URL'],
  };
}

function sectionCalled(name: string): Section {
  const section = SECTIONS.find((known) => known === name);
  if (section === undefined) throw new Error(`--only must be one of ${SECTIONS.join(', ')}, not '${name}'`);
  return section;
}
