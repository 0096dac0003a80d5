import { Buffer } from 'node:buffer';
import { stdout } from 'node:process';
import { gzipSync } from 'node:zlib';

/** The page of the first view, which is loaded besides the entry. */
const FIRST_VIEW = 'overview-page';

/**
 * A plugin of Vite: prints the gzip size of the first view (document, entry, and the page of the overview with all of
 * its imports), and fails the build with the sizes of all files when it exceeds the budget.
 */
export function firstPaintBudget({ maxGzipBytes }) {
  return {
    name: 'first-paint-budget',
    apply: 'build',
    enforce: 'post',
    writeBundle(_options, bundle) {
      const sizes = new Map(Object.values(bundle).map((file) => [file.fileName, gzipSize(contentOf(file))]));
      const first = firstViewOf(bundle);
      const total = [...first].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
      if (total > maxGzipBytes)
        this.error(`First paint: ${total} B gzip exceed ${maxGzipBytes} B\n${tableOf(sizes, first)}`);
      stdout.write(`Console built: ${total} B gzip of ${maxGzipBytes} B before the first view\n`);
    },
  };
}

/** The names of all files that the first view loads. */
function firstViewOf(bundle) {
  const names = new Set(Object.keys(bundle).filter((name) => /\.(html|svg)$/.test(name)));
  const roots = Object.values(bundle).filter(
    ({ type, isEntry, name }) => type === 'chunk' && (isEntry || name === FIRST_VIEW),
  );
  if (roots.length < 2) throw new Error(`The build has no chunk ${FIRST_VIEW}.`);
  for (const root of roots) addWithImports(root.fileName, bundle, names);
  return names;
}

function addWithImports(name, bundle, names) {
  const file = bundle[name];
  if (file === undefined || names.has(name)) return;
  names.add(name);
  for (const style of file.viteMetadata?.importedCss ?? []) names.add(style);
  for (const imported of file.imports ?? []) addWithImports(imported, bundle, names);
}

function contentOf({ type, code, source }) {
  return Buffer.from(type === 'chunk' ? code : source);
}

function gzipSize(content) {
  return gzipSync(content, { level: 9 }).length;
}

function tableOf(sizes, first) {
  const rows = [...sizes]
    .sort(([, one], [, other]) => other - one)
    .map(([name, size]) => `${String(size).padStart(8)} B  ${first.has(name) ? 'first' : 'lazy '}  ${name}`);
  return rows.join('\n');
}
