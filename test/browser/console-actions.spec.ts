import { readFile } from 'node:fs/promises';
import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import { ConsoleScene } from '../../src/demo/console-scene';
import { demoClientOf } from '../../src/demo/demo-client';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { CONSOLE_FOLDER, type ConsolePage, describeWithChromium, TestBrowser } from '../support/chromium';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

describeWithChromium()('the actions of the console', () => {
  let world: World;
  let api: ApiClient;
  let receiver: HttpReceiver;
  let browser: TestBrowser;
  let console: ConsolePage;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      consoleFolder: CONSOLE_FOLDER,
      environment: {
        SYNC_FIRST_RETRY_MS: '1000',
        SYNC_PROBE_INTERVAL_MS: '1000',
        WEBHOOKS_ALLOW_PRIVATE: 'true',
      },
    });
    api = new ApiClient(world.url);
    receiver = await HttpReceiver.start();
    await new ConsoleScene(world, await demoClientOf(world.url)).prepare();
    browser = await TestBrowser.start();
  });
  beforeEach(async () => {
    console = await browser.open(world.url);
  });
  afterEach(() => console.close());
  afterAll(async () => {
    await browser.close();
    await receiver[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('follow a session from its opening to its end without a reload', async () => {
    await console.go('/sessions?state=active');
    await console.page.getByRole('table', { name: 'Sessions' }).waitFor();
    const id = await api.opened({ name: 'Grace', queueId: 'followed' });
    await console.go(`/sessions/${id}`);
    const timeline = console.page.getByRole('list', { name: 'Timeline of the session' });
    await timeline.getByText('Session initialized').waitFor();
    const loads = console.requested.filter((url) => url.endsWith('/console/')).length;

    await api.end(id);

    await timeline.getByText('Session terminated').waitFor();
    await timeline.getByText('Delivery of session.terminated to crm accepted').waitFor();
    await console.page.getByRole('button', { name: 'End session' }).waitFor({ state: 'detached' });
    expect(console.requested.filter((url) => url.endsWith('/console/'))).toHaveLength(loads);
  });

  it('find the guest that was lost, and the reason', async () => {
    const id = await api.opened({ name: 'Bob' });
    world.genesys.faults.add({
      match: { conversationId: id, bodyContains: 'heartbeatSequence' },
      fault: { kind: 'status', status: 404 },
    });
    await until(async () => (await api.stateOf(id)) === 'disconnected');
    await console.go('/sessions?state=disconnected');
    await console.page.getByRole('table', { name: 'Sessions' }).getByRole('link').first().click();

    await console.page.getByText('End reason').waitFor();
    await console.page.getByText('Session disconnected').waitFor();
    expect(await console.page.getByRole('main').textContent()).toContain(
      'Genesys Cloud has the conversation no longer',
    );
  });

  it('end a session only once that is confirmed, and show the audit record', async () => {
    const id = await api.opened();
    await console.go(`/sessions/${id}`);
    await console.page.getByRole('button', { name: 'End session' }).click();
    await console.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await api.stateOf(id)).toBe('active');

    expect(await console.act('End session')).toMatch(/Audit record.*session terminated/s);
    expect(await api.stateOf(id)).toBe('terminated');
  });

  it('retry a dead delivery, which is then accepted', async () => {
    await console.go('/deliveries?status=dead');

    expect(await console.act('Retry delivery')).toMatch(/Audit record/);
    await until(async () => {
      const { body } = await api.request('GET', '/v1/deliveries?status=dead');
      return (body['items'] as unknown[]).length === 0;
    });
    await console.page.getByText('No delivery on this page').waitFor();
  });

  it('replay the events of a conversation', async () => {
    const id = await api.opened();
    await until(() => world.crm.eventsOf(id).length === 1);
    await console.go('/deliveries');

    const text = await console.act('Replay deliveries', (dialog) =>
      dialog.getByRole('textbox', { name: 'Conversation id' }).fill(id),
    );

    expect(text).toMatch(/1 delivery queued again/);
    await until(() => world.crm.eventsOf(id).length === 2);
  });

  it('run the doctor, and name the fix of each fault', async () => {
    await console.go('/doctor');
    await console.page.getByText('has not been examined yet').waitFor();

    expect(await console.act('Run doctor')).toMatch(/0 fail, 2 warn.*Audit record/s);

    const faults = console.page.getByRole('table', { name: 'Faults' });
    await faults.getByText('Set CRM_WEBHOOK_SECRET or CRM_WEBHOOK_SECRET_FILE').waitFor();
    expect(await console.page.getByRole('table', { name: 'Checks' }).textContent()).toContain(
      'settings are valid',
    );
    expect(await console.accessibilityFindings()).toEqual([]);
  });

  it('test, pause and resume a receiver', async () => {
    await console.go('/receivers');
    expect(await console.act('Test receiver')).toMatch(/Audit record/);
    await console.act('Pause receiver');
    await console.page
      .getByRole('row', { name: /crm.*paused/i })
      .first()
      .waitFor();
    await console.act('Resume receiver');
    await console.page.getByRole('button', { name: 'Pause receiver' }).waitFor();
  });

  it('manage a webhook from its creation to its deletion', async () => {
    await console.go('/webhooks');
    const url = `${receiver.url}/events`;
    const created = await console.act('Create webhook', async (dialog) => {
      await dialog.getByLabel('URL').fill(url);
      await dialog.getByLabel('session.connected').check();
    });
    expect(created).toMatch(/whsec_/);
    await console.page.getByRole('link', { name: url }).click();

    expect(await console.act('Test webhook')).toMatch(/accepted after/);
    expect(receiver.received.at(-1)?.body).toContain('webhook.test');
    await console.act('Edit webhook', (dialog) => dialog.getByLabel('Description').fill('Of the browser'));
    await console.page.getByText('Of the browser').first().waitFor();
    expect(await console.act('Rotate secret')).toMatch(/whsec_/);
    await console.act('Pause webhook');
    await console.act('Resume webhook');
    const id = await api.opened();
    await until(() => receiver.received.some(({ body }) => body.includes(id)));
    const replayed = await console.act('Replay events', (dialog) =>
      dialog.getByRole('textbox', { name: 'Conversation id' }).fill(id),
    );
    expect(replayed).toMatch(/1 event queued again/);
    await console.act('Delete webhook');
    await console.page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor();
    expect((await api.request('GET', '/v1/webhooks')).body['items']).toEqual([]);
  });

  it('show the refusal of an action, and what to correct', async () => {
    await console.go('/webhooks');
    await console.page.getByRole('button', { name: 'Create webhook' }).click();
    const dialog = console.page.getByRole('dialog', { name: 'Create webhook' });
    await dialog.getByLabel('URL').fill('https://user:secret@crm.example.com/');
    await dialog.getByRole('button', { name: 'Create webhook' }).click();

    const alert = dialog.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/#\/url.*validation-failed.*request/s);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('verify the audit trail in the browser, and download it', async () => {
    await console.go('/audit');
    await console.page.getByRole('button', { name: 'Verify the chain' }).click();
    await console.page.getByText('the chains are complete and unchanged').first().waitFor();
    const [download] = await Promise.all([
      console.page.waitForEvent('download'),
      console.page.getByRole('link', { name: 'Download export' }).click(),
    ]);

    expect(await readFile(await download.path(), 'utf8')).toMatch(/^\{"kind":"audit-export"/);
  });
});
