import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConsoleScene } from '../../src/demo/console-scene';
import { demoClientOf } from '../../src/demo/demo-client';
import { World } from '../../src/world';
import { CONSOLE_FOLDER, type ConsolePage, describeWithChromium, TestBrowser } from '../support/chromium';
import { LogCapture } from '../support/log-capture';

const PAGES = [
  ['Overview', '/'],
  ['Sessions', '/sessions'],
  ['Deliveries', '/deliveries'],
  ['Receivers', '/receivers'],
  ['Webhooks', '/webhooks'],
  ['Limits', '/limits'],
  ['Audit', '/audit'],
  ['Doctor', '/doctor'],
] as const;
const MAX_FIRST_PAINT = 300_000;

describeWithChromium()('the pages of the console', () => {
  let world: World;
  let browser: TestBrowser;
  let opened: ConsolePage | undefined;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      consoleFolder: CONSOLE_FOLDER,
      environment: { SYNC_FIRST_RETRY_MS: '1000', SYNC_PROBE_INTERVAL_MS: '1000' },
    });
    await new ConsoleScene(world, await demoClientOf(world.url)).prepare();
    browser = await TestBrowser.start();
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  const open = async (...args: Parameters<TestBrowser['open']>): Promise<ConsolePage> => {
    opened = await browser.open(...args);
    return opened;
  };
  const ready = async ({ page }: ConsolePage, heading: string): Promise<void> => {
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await page.waitForLoadState('networkidle');
  };

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    it.each([...PAGES, ['Session', 'first-session'] as const])(
      'have no serious finding of axe, no error and no request to another host: %s',
      async (heading, path) => {
        const console = await open(world.url, path === 'first-session' ? '/sessions' : path, { colorScheme });
        if (path === 'first-session') await console.page.locator('tbody a').first().click();
        await ready(console, heading);

        expect(await console.accessibilityFindings()).toEqual([]);
        expect(new Set(console.requested.map((url) => new URL(url).origin))).toEqual(new Set([world.url]));
      },
    );
  });

  it.each([...PAGES])('need no horizontal scrolling at 360 pixels: %s', async (heading, path) => {
    const console = await open(world.url, path, { viewport: { width: 360, height: 740 } });
    await ready(console, heading);
    const width = await console.page.evaluate(
      () =>
        (globalThis as unknown as { document: { documentElement: { scrollWidth: number } } }).document
          .documentElement.scrollWidth,
    );

    expect(width).toBeLessThanOrEqual(360);
  });

  it('show every column of the deliveries and of the audit trail at 1280 pixels', async () => {
    const console = await open(world.url, '/deliveries', { viewport: { width: 1280, height: 900 } });
    for (const [heading, path, table] of [
      ['Deliveries', '/deliveries', 'Deliveries'],
      ['Audit', '/audit', 'Audit records'],
    ] as const) {
      await console.go(path);
      await ready(console, heading);
      const place = console.page.getByRole('group', { name: table });
      expect(await place.evaluate(hiddenWidth)).toBe(0);
    }
  });

  it('are reached by keyboard alone', async () => {
    const console = await open(world.url);
    await ready(console, 'Overview');
    const { keyboard } = console.page;
    const focused = () =>
      console.page.evaluate(
        () =>
          (globalThis as unknown as { document: { activeElement: { textContent: string } } }).document
            .activeElement.textContent,
      );
    for (let presses = 0; presses < 20 && (await focused()) !== 'Sessions'; presses += 1)
      await keyboard.press('Tab');
    await keyboard.press('Enter');

    await ready(console, 'Sessions');
    expect(console.page.url()).toMatch(/#\/sessions$/);
  });

  it('load less than 300 kB before the first one is shown', async () => {
    const console = await open(world.url);
    await ready(console, 'Overview');
    const sizes = await console.page.evaluate(() =>
      (
        globalThis as unknown as {
          performance: { getEntriesByType(type: string): { name: string; encodedBodySize: number }[] };
        }
      ).performance
        .getEntriesByType('resource')
        .filter(({ name }) => name.includes('/console/'))
        .map(({ encodedBodySize }) => encodedBodySize),
    );

    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_FIRST_PAINT);
  });

  it('work behind a gateway that serves them below a prefix', async () => {
    const gateway = await gatewayTo(world.url, '/guests');
    const console = await open(`${gateway.url}/guests`, '/sessions');
    await ready(console, 'Sessions');
    await console.page.locator('tbody a').first().click();
    await ready(console, 'Session');

    expect(console.page.url()).toContain('/guests/console/#/sessions/');
    await opened?.close();
    opened = undefined;
    await gateway.close();
  });

  it('say what is wrong with a session that does not exist, and how to find the request', async () => {
    const { page } = await open(world.url, '/sessions/00000000-0000-4000-8000-000000000000');
    const alert = page.getByRole('alert');
    await alert.waitFor();

    expect(await alert.textContent()).toMatch(/session-not-found.*request [0-9a-f-]{8}/s);
  });
});

/** Runs in the page: the pixels of an element that are reached by scrolling alone. */
function hiddenWidth(element: { readonly scrollWidth: number; readonly clientWidth: number }): number {
  return element.scrollWidth - element.clientWidth;
}

/** A reverse proxy that takes the prefix off. */
async function gatewayTo(
  target: string,
  prefix: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer((incoming, answer) => {
    const path = (incoming.url ?? '').slice(prefix.length) || '/';
    const { headers } = incoming;
    const forwarded = request(target + path, { method: incoming.method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    forwarded.on('error', () => answer.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
