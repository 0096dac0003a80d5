import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anActiveSession } from '../../src/session/domain/session.builder';
import { UPSTREAM_END_REASONS } from '../../src/session/domain/session-state';

const root = join(__dirname, '../..');
const guide = read('docs/extending.md');
/** A snippet comes below the name of the file that it is taken from. */
const SNIPPET = /^`((?:examples|src)\/[^`]+)`\n\n```ts\n([^]*?)```$/gm;

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Ignores whitespace, because the guide indents snippets differently. */
function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

describe('docs/extending.md', () => {
  const snippets = [...guide.matchAll(SNIPPET)].map(([, path = '', code = '']) => ({ path, code }));

  it('shows only code of the example', () => {
    expect(snippets.length).toBeGreaterThan(3);
    expect(guide.match(/```ts/g)).toHaveLength(snippets.length);
    for (const { path, code } of snippets) expect(words(read(path))).toContain(words(code));
  });

  it.each(['opening-hours/opening-hours', 'reporting/reporting'])(
    'names every setting of the example %s',
    (example) => {
      const settings = read(`examples/${example}.config.ts`).match(/^ {2}[A-Z_]+(?=:)/gm) ?? [];

      expect(settings.length).toBeGreaterThan(3);
      for (const setting of settings) expect(guide).toContain(`\`${setting.trim()}\``);
    },
  );

  it('lists every field of an event and of its metadata', () => {
    const events = [true, false].flatMap((disclosesGuestToken) => {
      const session = anActiveSession({ disclosesGuestToken, genesysConversationId: 'upstream-id' });
      session.lose('gone', Date.now(), '404');
      return session.pullChanges().events;
    });
    const fields = events.flatMap((event) => Object.keys(event));
    const metadata = events.flatMap((event) => Object.keys(event.metadata).map((key) => `metadata.${key}`));

    expect(metadata).toEqual(expect.arrayContaining(['metadata.guestIdToken', 'metadata.guestRef']));
    for (const name of [...fields, ...metadata]) expect(guide).toContain(`\n| \`${name}\` `);
  });

  it('names every reason for an end that an event may have', () => {
    const state = read('src/session/domain/session-state.ts');
    const [, own = ''] = /export type EndReason =([^]*?)\| UpstreamEndReason/.exec(state) ?? [];
    const reasons = [...(own.match(/(?<=')[a-z-]+(?=')/g) ?? []), ...UPSTREAM_END_REASONS];

    expect(reasons.length).toBeGreaterThan(8);
    for (const reason of reasons) expect(guide).toContain(`\`${reason}\``);
  });

  it('shows every generator', () => {
    for (const kind of readdirSync(join(root, 'tools/templates')))
      expect(guide).toContain(`npm run generate -- ${kind} `);
  });
});
