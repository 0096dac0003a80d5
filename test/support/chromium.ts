import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';

/** The console as `npm run build` leaves it. */
export const CONSOLE_FOLDER = join(__dirname, '../../console/dist');

const EXECUTABLE = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== '' && existsSync(path));

/** Root needs `--no-sandbox`; the rest keeps the browser from talking to its maker. */
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-dev-shm-usage',
];

const MISSING = 'There is no Chromium: the tests of the console are skipped. CHROMIUM may hold its path.';

/** `describe` where there is a Chromium; otherwise `describe.skip`, which is said once per file. */
export function describeWithChromium(): jest.Describe {
  if (EXECUTABLE !== undefined) return describe;
  process.stderr.write(`${MISSING}\n`);
  return describe.skip;
}

/** A Chromium of its own for the tests of one file. */
export class TestBrowser {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    const executablePath = EXECUTABLE ?? '';
    return new TestBrowser(await chromium.launch({ executablePath, args: FLAGS }));
  }

  /** Opens a page with cookies of its own at a page of the console. */
  async open(url: string, path = '/', options: BrowserContextOptions = {}): Promise<ConsolePage> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const opened = new ConsolePage(page, url);
    await opened.go(path);
    return opened;
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** A page of the console, with everything that went wrong in it. */
export class ConsolePage {
  /** Errors that the browser reported: scripts, violations of the Content-Security-Policy, missing files. */
  readonly errors: string[] = [];
  readonly requested: string[] = [];

  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    page.on('console', (message) => {
      // Refused requests are shown to the operator, and reported by the browser as well.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('request', (request) => this.requested.push(request.url()));
  }

  async go(path: string): Promise<void> {
    await this.page.goto(`${this.url}/console/#${path}`);
  }

  /** Presses a button that asks first, confirms it, and resolves with the text of the dialog once the audit record is shown. */
  async act(
    name: string,
    fill: (dialog: Locator) => Promise<void> = () => Promise.resolve(),
  ): Promise<string> {
    await this.page.getByRole('button', { name, exact: true }).first().click();
    const dialog = this.page.getByRole('dialog', { name });
    await fill(dialog);
    await dialog.getByRole('button', { name, exact: true }).click();
    // An action may have several records.
    await dialog.getByRole('region', { name: 'Audit record' }).first().waitFor();
    const text = (await dialog.textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    return text;
  }

  /** Serious and critical findings of axe, as rule and element. */
  async accessibilityFindings(): Promise<string[]> {
    // Evaluated over the protocol of the browser, which the Content-Security-Policy does not govern.
    await this.page.evaluate(AXE);
    return this.page.evaluate(findings);
  }

  /** Rejects if anything went wrong in the page. */
  async close(): Promise<void> {
    await this.page.context().close();
    if (this.errors.length > 0) throw new Error(`The browser reported: ${this.errors.join('; ')}`);
  }
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Runs in the page. */
async function findings(): Promise<string[]> {
  const { axe, document } = globalThis as unknown as {
    axe: { run(root: unknown): Promise<{ violations: readonly AxeViolation[] }> };
    document: unknown;
  };
  const { violations } = await axe.run(document);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
