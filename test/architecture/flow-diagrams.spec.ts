import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const guide = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

interface Flow {
  readonly title: string;
  /** The diagram. */
  readonly text: string;
  /** Files by the alias of their participant, in order. */
  readonly participants: ReadonlyMap<string, string>;
  /** Sender, receiver and text of each arrow. */
  readonly arrows: readonly (readonly [string, string, string])[];
}

const flows: Flow[] = [...guide.matchAll(/^### (.+)\n\n```mermaid\nsequenceDiagram\n([^]*?)```$/gm)].map(
  ([, title = '', text = '']) => ({
    title,
    text,
    participants: new Map(
      [...text.matchAll(/^ +participant (\w+) as (\S+)$/gm)].map(([, alias = '', path = '']) => [
        alias,
        path,
      ]),
    ),
    arrows: [...text.matchAll(/^ +(\w+)--?>>(\w+): (.+)$/gm)].map(
      ([, from = '', to = '', says = '']) => [from, to, says] as const,
    ),
  }),
);

function flowOf(title: string): Flow {
  const flow = flows.find((found) => found.title === title);
  if (flow === undefined) throw new Error(`There is no flow "${title}"`);
  return flow;
}

/** Number of files up to the first arrow with this text. */
function filesUntil({ arrows }: Flow, text: string): number {
  const end = arrows.findIndex(([, , says]) => says.includes(text));
  expect(end).toBeGreaterThan(0);
  return new Set(arrows.slice(0, end + 1).flatMap(([from, to]) => [from, to])).size;
}

describe('the flows of docs/architecture.md', () => {
  it('are the five of the service', () => {
    expect(flows.map(({ title }) => title)).toEqual([
      'Opening',
      'Beat',
      'Guest message, out and in',
      'Event to webhook',
      "Takeover of a lost replica's sessions, and rebalancing",
    ]);
  });

  it.each(flows)('$title names files that exist, in the order of the way', ({ participants, arrows }) => {
    const paths = [...participants.values()];
    expect(paths.filter((path) => !existsSync(join(root, 'src', path)))).toEqual([]);
    expect(new Set(paths).size).toBe(paths.length);

    const used = new Set(arrows.flatMap(([from, to]) => [from, to]));
    expect([...used].filter((alias) => !participants.has(alias))).toEqual([]);
    expect([...used]).toEqual([...participants.keys()]);
  });

  it.each(flows)('$title names calls that the receiving file has', ({ participants, arrows }) => {
    const missing = arrows.flatMap(([, to, says]) => {
      const source = readFileSync(join(root, 'src', participants.get(to) ?? ''), 'utf8');
      const names = [...says.matchAll(/(?:^|[ ,:.])(\w+)\(/g)].map(([, name = '']) => name);
      return names
        .filter((name) => !new RegExp(`\\b${name}\\b`).test(source))
        .map((name) => `${to}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  it('name files beside the participants that exist', () => {
    const named = flows.flatMap(({ text }) =>
      [...text.matchAll(/[\w-]+\/[\w./-]+\.ts/g)].map(([path]) => path),
    );
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter((path) => !existsSync(join(root, 'src', path)))).toEqual([]);
  });

  it('are short', () => {
    expect(filesUntil(flowOf('Opening'), 'the first byte')).toBeLessThanOrEqual(22);
    expect(flowOf('Guest message, out and in').participants.size).toBeLessThanOrEqual(24);
    expect(flowOf('Event to webhook').participants.size).toBeLessThanOrEqual(18);
  });
});
