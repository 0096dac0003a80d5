import { ReceiverConfig } from './receiver.config';
import { secretOf } from './signing.fake';

const [A, B] = ['a', 'b'].map(secretOf) as [string, string];

describe(ReceiverConfig.name, () => {
  it('has defaults for everything but the secrets', () => {
    expect(ReceiverConfig.from({ WEBHOOK_SECRETS: A })).toEqual({
      secrets: [A],
      port: 8080,
      database: './webhook-events.db',
    });
  });

  it.each([`${A},${B}`, ` ${A} ${B}\n`, `${A}, ${B},`])('reads two secrets from %j', (text) => {
    const { secrets } = ReceiverConfig.from({ WEBHOOK_SECRETS: text });

    expect(secrets).toEqual([A, B]);
  });

  it.each([undefined, '', ',', 'canary', `${A},canary`])(
    'refuses the secrets %j without showing them',
    (text) => {
      const read = (): unknown => ReceiverConfig.from({ WEBHOOK_SECRETS: text });

      expect(read).toThrow('WEBHOOK_SECRETS must be');
      expect(read).not.toThrow(/canary/);
    },
  );

  it.each(['', 'http', '-1', '65536', '80.5'])('refuses the port %j', (port) => {
    expect(() => ReceiverConfig.from({ WEBHOOK_SECRETS: A, PORT: port })).toThrow('PORT must be');
  });
});
