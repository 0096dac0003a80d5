import { FakeTokenEndpoint } from '../../../auth/ports/token-endpoint.fake';
import { UpstreamTimeoutError } from '../../../common/errors/upstream.errors';
import { Environment } from '../../../config/environment';
import { GenesysConfig } from '../../../config/genesys.config';
import { anAnswer, FakeGenesysHttpClient } from '../../transport/genesys-http-client.fake';
import { CommandRefusedError } from './command.errors';
import { IntegrationAdmin } from './integration-admin';
import { IntegrationCommands } from './integration-commands';
import { SecretRotation } from './secret-rotation';

const CREATION = { name: 'Guests', publicUrl: 'https://guests.test' };
const OLD = 'the-old-secret-of-it';
const CONFIGURED = [{ id: 'known', secrets: [OLD] }];
const { signal } = new AbortController();

let http: FakeGenesysHttpClient;
let output: string;
let commands: IntegrationCommands;
let rotation: SecretRotation;

beforeEach(() => {
  http = new FakeGenesysHttpClient();
  output = '';
  const admin = new IntegrationAdmin(http, new FakeTokenEndpoint(), new GenesysConfig(new Environment()));
  const print = (text: string): void => {
    output += text;
  };
  commands = new IntegrationCommands(admin, CONFIGURED, print);
  rotation = new SecretRotation(admin, CONFIGURED, print);
});

function anIntegration(createStatus = 'Completed', facts: object = {}): ReturnType<typeof anAnswer> {
  return anAnswer(200, { id: 'new', name: 'Guests', createStatus, ...facts });
}

function secretIn(text: string): string | undefined {
  return /"secrets":\["([\w-]{43,})"/.exec(text)?.[1];
}

describe(IntegrationCommands.name, () => {
  it('prints the entry with the secret that was sent, even if the rest of a creation fails', async () => {
    http.next(anIntegration(), anIntegration(), anAnswer(400));

    await expect(commands.create(CREATION, signal)).rejects.toThrow('400');
    const sent = JSON.parse(http.requests[0]?.body ?? '') as Record<string, string>;
    expect(secretIn(output)).toBe(sent['outboundNotificationWebhookSignatureSecretToken']);
    expect(output).toContain('update --id new --public-url https://guests.test');
    expect(output).not.toContain('Still to do');
  });

  it('makes another secret for each integration', async () => {
    http.next(...Array.from({ length: 6 }, () => anIntegration()));
    await commands.create(CREATION, signal);
    const first = secretIn(output);
    output = '';
    await commands.create(CREATION, signal);

    expect(secretIn(output)).not.toBe(first);
  });

  it('gives no hint to finish a creation that has failed', async () => {
    http.next(anIntegration('Initiated'), anIntegration('Error', { createError: { code: 'bad.request' } }));

    await expect(commands.create(CREATION, signal)).rejects.toThrow(
      /bad\.request.*delete the integration new/,
    );
    expect(output).not.toContain('update');
  });

  it.each([
    [new UpstreamTimeoutError(), true],
    [anAnswer(500), true],
    [anAnswer(403), false],
  ])('warns of an integration that may exist after a creation without an answer', async (step, isWarned) => {
    http.next(step);

    await expect(commands.create(CREATION, signal)).rejects.toThrow('Genesys Cloud');
    expect(output.includes('may have been created')).toBe(isWarned);
  });

  it('says that there is no integration', async () => {
    http.next(anAnswer(200, { entities: [] }));
    await commands.show({}, signal);

    expect(output).toBe('There is no Open Messaging integration.\n');
  });

  it('keeps the name of a platform from acting on the terminal', async () => {
    http.next(anAnswer(200, { id: 'known', name: 'a\u001b[2J\n\u009bb' }));
    await commands.show({ id: 'known' }, signal);

    expect(output).toContain(String.raw`"a\u001b[2J\n?b"`);
    expect(output).toMatch(/^recipient {3}none\nconfigured {2}yes$/m);
  });
});

describe(SecretRotation.name, () => {
  it('keeps the old secret valid, and sends nothing but a read', async () => {
    http.next(anAnswer(200, { id: 'known', name: 'Known' }));
    await rotation.begin({ id: 'known', isLost: false }, signal);

    expect(output).toContain(`,"${OLD}"]}`);
    expect(secretIn(output)).toBeDefined();
    expect(http.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it.each(['known', 'unknown'])(
    'refuses to complete without a deployed entry of two secrets: %s',
    async (id) => {
      await expect(rotation.complete({ id, isLost: false }, signal)).rejects.toThrow(CommandRefusedError);
      expect(http.requests).toEqual([]);
    },
  );

  it('names the way out for a secret that is not configured', async () => {
    await expect(rotation.begin({ id: 'unknown', isLost: false }, signal)).rejects.toThrow('--lost');
  });
});
