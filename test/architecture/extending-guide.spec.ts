import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const guide = read('docs/extending.md');
/** A snippet follows the name of its file. */
const SNIPPET = /^`(examples\/[^`]+)`\n\n```ts\n([^]*?)```$/gm;

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

  it('names every setting of the example', () => {
    const settings =
      read('examples/opening-hours/opening-hours.config.ts').match(/^ {2}[A-Z_]+(?=:)/gm) ?? [];

    expect(settings.length).toBeGreaterThan(3);
    for (const setting of settings) expect(guide).toContain(`\`${setting.trim()}\``);
  });
});
