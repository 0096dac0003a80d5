import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { aCaller, keysOf } from '../support/callers';
import { CONSOLE_FOLDER, type ConsolePage, describeWithChromium, TestBrowser } from '../support/chromium';
import { LogCapture } from '../support/log-capture';

const callers = {
  operator: aCaller('operator'),
  reader: aCaller('reader', ['sessions.read', 'sessions.any']),
};

describeWithChromium()('the login of the console', () => {
  let world: World;
  let browser: TestBrowser;
  let console: ConsolePage;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      consoleFolder: CONSOLE_FOLDER,
      environment: keysOf(...Object.values(callers)),
    });
    browser = await TestBrowser.start();
  });
  beforeEach(async () => {
    console = await browser.open(world.url);
  });
  afterEach(() => console.close());
  afterAll(async () => {
    await browser.close();
    await world[Symbol.asyncDispose]();
  });

  async function logIn({ key }: { readonly key: string }): Promise<void> {
    await console.page.getByLabel('API key or token').fill(key);
    await console.page.getByRole('button', { name: 'Log in' }).click();
  }
  const heading = (name: string) => console.page.getByRole('heading', { level: 1, name });

  /** Sends a request as a script of the page could. */
  const fetched = (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> =>
    console.page.evaluate(async ([m, p, h]) => (await fetch(p, { method: m, headers: h })).status, [
      method,
      path,
      headers,
    ] as const);

  it('has no serious finding of axe', async () => {
    await heading('Guest sessions console').waitFor();

    expect(await console.accessibilityFindings()).toEqual([]);
  });

  it('refuses a wrong key with a reason, and takes a right one', async () => {
    await logIn({ key: `${callers.operator.key.slice(0, -4)}aaaa` });
    const alert = console.page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/unauthenticated.*request/s);

    await logIn(callers.operator);
    await heading('Overview').waitFor();
    const cookies = await console.page.context().cookies();
    expect(cookies).toEqual([expect.objectContaining({ httpOnly: true, sameSite: 'Strict' })]);
    expect(
      await console.page.evaluate(
        () => (globalThis as unknown as { document: { cookie: string } }).document.cookie,
      ),
    ).toBe('');
  });

  it('survives a reload, and ends with the logout for good', async () => {
    await logIn(callers.operator);
    await heading('Overview').waitFor();
    await console.page.reload();
    await heading('Overview').waitFor();
    const cookies = await console.page.context().cookies();

    await console.page.getByRole('button', { name: 'Log out' }).click();
    await console.page.getByText('You have logged out').waitFor();
    await console.page.context().addCookies(cookies);
    expect(await fetched('GET', '/v1/sessions')).toBe(401);
  });

  it('is asked for again once the session has ended', async () => {
    await logIn(callers.operator);
    await heading('Overview').waitFor();
    const [{ name, value } = { name: '', value: '' }] = await console.page.context().cookies();
    const session = await fetch(`${world.url}/v1/console/session`, {
      headers: { cookie: `${name}=${value}` },
    });
    const { csrfToken } = (await session.json()) as { csrfToken: string };
    await fetch(`${world.url}/v1/console/session`, {
      method: 'DELETE',
      headers: { cookie: `${name}=${value}`, 'x-csrf-token': csrfToken },
    });
    await console.page.getByRole('link', { name: 'Sessions', exact: true }).click();

    await console.page.getByText('Your session has ended. Log in again.').waitFor();
    await heading('Guest sessions console').waitFor();
    expect(await console.page.getByRole('heading', { level: 1, name: 'Overview' }).count()).toBe(0);
  });

  it('lets no request change anything without the CSRF token', async () => {
    const id = await new ApiClient(world.url, callers.operator.headers).opened();
    await logIn(callers.operator);
    await heading('Overview').waitFor();

    expect(await fetched('DELETE', `/v1/sessions/${id}`)).toBe(403);
    expect(await fetched('DELETE', `/v1/sessions/${id}`, { 'x-csrf-token': 'x'.repeat(43) })).toBe(403);
    expect(await fetched('GET', `/v1/sessions/${id}`)).toBe(200);
  });

  it('shows to a caller what its scopes allow, and names the ones that are missing', async () => {
    const id = await new ApiClient(world.url, callers.operator.headers).opened({ name: 'Ludmilla' });
    await logIn(callers.reader);
    await heading('Overview').waitFor();
    await console.go(`/sessions/${id}`);
    await console.page.getByText(id).first().waitFor();
    const main = console.page.getByRole('main');

    expect(await main.textContent()).not.toContain('Ludmilla');
    expect(await console.page.getByRole('button', { name: 'End session' }).count()).toBe(0);
    expect(await main.textContent()).toContain('messages.read');
    await console.go('/deliveries');
    await console.page.getByText('deliveries.read').first().waitFor();
    await console.go('/audit');
    await console.page.getByText('audit.read').first().waitFor();
  });
});
