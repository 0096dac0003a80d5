import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Metrics } from '../../src/metrics/metrics';
import { at, documentsIn, everywhere, listAt, readDeployed } from '../support/deploy-files';

const root = join(__dirname, '../..');
const guide = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter(({ name }) => name.endsWith('.ts') && !/\.(spec|fake)\.ts$/.test(name))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

const PREFIX = 'guest_sessions_';
/** Matches a metric's name and help, in a call or in a table of them. */
const METRIC = /(?:metrics\.(counter|info|gauge|gaugeBy|histogram)\(|\[)\s*'([a-z_]+)',\s*'[A-Z]/g;

/** Returns the names of all series of the service, with the source file of each. */
function seriesInSources(): Map<string, string> {
  const found = sources.flatMap((text) =>
    [...text.matchAll(METRIC)].flatMap(([, kind, name = '']) =>
      (kind === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map(
        (ending) => [PREFIX + name + ending, text] as const,
      ),
    ),
  );
  return new Map(found);
}

const series = seriesInSources();
const groups = documentsIn('prometheus/alerts.yaml').flatMap((document) => listAt(document, 'groups'));
const alerts = groups.flatMap((group) => listAt(group, 'rules'));
const alertExpressions = alerts.map((alert) => String(at(alert, 'expr')));
const board: unknown = JSON.parse(readDeployed('grafana/board.json'));
const boardExpressions = everywhere(board, 'expr').map(String);
const expressions = [...alertExpressions, ...boardExpressions];

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Returns the anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

const anchors = [...guide.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** Returns the guide's text outside of code, with its lines joined. */
const prose = guide.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/\s+/g, ' ');

describe('alerts and the dashboard', () => {
  it('exist, and so do the series that they are compared with', () => {
    expect(alerts.length).toBeGreaterThan(20);
    expect(boardExpressions.length).toBeGreaterThan(15);
    expect(series.size).toBeGreaterThan(40);
    expect([...series.keys()]).toEqual(
      expect.arrayContaining([
        `${PREFIX}outbox_pending`,
        `${PREFIX}circuit_state`,
        `${PREFIX}lease_lost_total`,
      ]),
    );
  });

  it('use series that the service exports', async () => {
    const { text } = await new Metrics().page();
    const named = expressions.flatMap(
      (expression) => expression.match(/\b(guest_sessions|nodejs|process)_\w+/g) ?? [],
    );

    for (const name of unique(named))
      expect([name, series.has(name) || text.includes(`\n${name} `)]).toEqual([name, true]);
  });

  it('select by labels and values that their series have', () => {
    const everything = sources.join('\n');
    const selectors = expressions.flatMap((expression) => [
      ...expression.matchAll(/(guest_sessions_\w+)\{([^}]*)\}/g),
    ]);

    expect(selectors.length).toBeGreaterThan(8);
    for (const [, name = '', inner = ''] of selectors)
      for (const [, label = '', operator = '', value = ''] of inner.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
        expect([name, label, series.get(name)?.includes(`'${label}'`)]).toEqual([name, label, true]);
        const values = operator.endsWith('~') ? value.split('|') : [value];
        for (const one of values.filter((text) => !/[*.]/.test(text) && !/^\dxx$/.test(text)))
          expect([one, everything.includes(`'${one}'`)]).toEqual([one, true]);
      }
  });

  it('have balanced brackets', () => {
    for (const expression of expressions)
      for (const [opening, closing] of ['()', '{}', '[]'])
        expect([expression, expression.split(opening ?? '').length]).toEqual([
          expression,
          expression.split(closing ?? '').length,
        ]);
  });

  it('have a severity and a summary, each under a unique name', () => {
    const names = alerts.map((alert) => String(at(alert, 'alert')));

    expect(unique(names)).toEqual(names);
    for (const alert of alerts) {
      expect(['page', 'ticket']).toContain(at(alert, 'labels', 'severity'));
      expect(at(alert, 'annotations', 'summary')).toEqual(expect.any(String));
    }
  });

  it('have unit tests in which they fire, and in which they do not', () => {
    const cases = documentsIn('prometheus/alerts.test.yaml')
      .flatMap((document) => listAt(document, 'tests'))
      .flatMap((group) => listAt(group, 'alert_rule_test'));
    const tested = (isFiring: boolean): string[] =>
      unique(
        cases
          .filter((one) => listAt(one, 'exp_alerts').length > 0 === isFiring)
          .map((one) => String(at(one, 'alertname'))),
      ).sort();
    const names = alerts.map((alert) => String(at(alert, 'alert'))).sort();

    expect([tested(true), tested(false)]).toEqual([names, names]);
  });

  it('link to a section of the operations guide that names them', () => {
    for (const alert of alerts) {
      const [file, anchor = ''] = String(at(alert, 'annotations', 'runbook')).split('#');
      const part = guide.split(/^### /m).find((text) => anchorOf(text.split('\n')[0] ?? '') === anchor);

      expect(file).toBe('docs/operations.md');
      expect([at(alert, 'alert'), part?.includes(String(at(alert, 'alert')))]).toEqual([
        at(alert, 'alert'),
        true,
      ]);
    }
  });
});

describe('docs/operations.md', () => {
  it('explains existing alerts only', () => {
    const names = new Set(alerts.map((alert) => String(at(alert, 'alert'))));

    expect(unique(guide.match(/\bGuestSessions\w+/g) ?? []).filter((name) => !names.has(name))).toEqual([]);
  });

  it('names existing series only', async () => {
    const { text } = await new Metrics().page();
    const histograms = [...series.keys()].map((name) => name.replace(/_bucket$/, ''));
    const known = [...series.keys(), ...histograms];
    const named = guide.match(/\b(guest_sessions|nodejs)_\w+\*?/g) ?? [];

    expect(named.length).toBeGreaterThan(20);
    for (const name of unique(named)) {
      const isKnown =
        name.endsWith('*') || name.endsWith('_')
          ? known.some((one) => one.startsWith(name.replace(/\*$/, '')))
          : known.includes(name) || text.includes(`\n${name} `);
      expect([name, isKnown]).toEqual([name, true]);
    }
  });

  it("quotes the service's messages literally", () => {
    const ours = sources
      .join('\n')
      .replaceAll(/' \+\s+'|`\s*\+\s+'|\s+/g, (glue) => (glue.trim() === '' ? ' ' : ''));
    const quoted = [...prose.matchAll(/"([A-Z][\w,:]*(?: [\w,:]+){3,})\.?"/g)].map(([, text = '']) => text);

    expect(quoted.length).toBeGreaterThan(6);
    for (const text of unique(quoted)) expect([text, ours.includes(text)]).toEqual([text, true]);
  });

  it.each([
    ['a row that it renews every 3 s', 'replica/replica-lease.ts', 'RENEW_EVERY_MS = 3_000;'],
    ['that runs out after 10 s', 'replica/replica-lease.ts', 'LEASE_TTL_MS = 10_000;'],
    ['beats go on for 8 s', 'replica/replica-lease.ts', 'MARGIN_MS = 2_000;'],
    ['two to four times a second', 'replica/replica-lease.ts', '250 + Math.random() * 250'],
    [
      'beat first within a second',
      'session/heartbeat/session-heartbeat-starter.ts',
      'RESUME_WITHIN_MS = 1_000;',
    ],
    ['for 3 s (`SHUTDOWN_NOTICE_MS`)', 'config/server.config.ts', 'DEFAULT_NOTICE_MS = 3_000;'],
    ['requests have 5 s to finish', 'common/lifecycle/drain.ts', 'GRACE_MS = 5_000;'],
    ['ends within 9.5 s', 'common/lifecycle/stop-on-signals.ts', 'DEADLINE_MS = 9_500;'],
    ['more than a tenth above their share', 'session/ownership/replica-share.ts', 'SLACK = 0.1;'],
    ['each process has up to 10', 'persistence/database/postgres-database.ts', 'max: 10,'],
    [
      'does not answer within a second',
      'persistence/database/database-connection.ts',
      'CHECK_TIMEOUT_MS = 1_000;',
    ],
  ])('says "%s" because it is so', (phrase, path, words) => {
    expect(prose).toContain(phrase);
    expect(readFileSync(join(root, 'src', path), 'utf8')).toContain(words);
  });

  it('links to existing sections only', () => {
    const links = [...guide.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);

    expect(links.length).toBeGreaterThan(10);
    expect(anchors).toEqual(expect.arrayContaining(links));
  });

  it('names existing settings, routes and problems only', () => {
    const { paths } = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as { paths: object };
    const routes = Object.keys(paths).map((path) => path.replaceAll(/\{\w+\}/g, '*'));
    const example = readFileSync(join(root, '.env.example'), 'utf8');
    const settings = guide.match(/`[A-Z]+(_[A-Z]+)+\b/g) ?? [];
    const named = guide.match(/(?<=[ `0])\/(v1|health|problems)\/[\w/{}$-]+/g) ?? [];

    // The example does not have Node's own variables.
    const ours = unique(settings).filter((text) => !text.startsWith('`NODE_'));
    for (const name of ours.map((text) => text.slice(1).replace(/_FILE$/, '')))
      expect([name, name === 'REPLICA_URL' || example.includes(`${name}=`)]).toEqual([name, true]);
    expect(named.length).toBeGreaterThan(8);
    for (const path of unique(named)) {
      const pattern = path.replaceAll(/\{\w+\}|\$\w+|(?<=sinks\/)crm/g, '*');
      expect([path, routes.includes(pattern)]).toEqual([path, true]);
    }
  });
});
