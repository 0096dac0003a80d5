import { OpenMessagingConfig } from '../../config/open-messaging.config';
import { Environment } from '../../config/environment';
import { OpenOpeningMessages } from './open-opening-messages';

function messagesWith(settings: Partial<Environment> = {}): OpenOpeningMessages {
  const integrations = ['a', 'b'].map((id) => ({ id, secrets: ['0123456789abcdef'] }));
  const environment = Object.assign(new Environment(), {
    GENESYS_OPEN_INTEGRATIONS: integrations,
    ...settings,
  });
  return new OpenOpeningMessages(new OpenMessagingConfig(environment));
}

describe(OpenOpeningMessages.name, () => {
  it('keeps everything that the request names', () => {
    const requested = {
      text: 'Hi',
      integrationId: 'b',
      guestId: 'mine',
      firstName: 'Ada',
      email: 'a@example.com',
    };

    expect(messagesWith().complete(requested)).toEqual(requested);
  });

  it('takes the text of the deployment where the request has none', () => {
    expect(messagesWith({ GENESYS_OPEN_DEFAULT_TEXT: 'Hello' }).complete({})).toMatchObject({
      text: 'Hello',
      integrationId: 'a',
    });
  });

  it.each([
    [{}, { pointer: '#/text', code: 'required' }],
    [
      { text: 'Hi', integrationId: 'c' },
      { pointer: '#/integrationId', code: 'out-of-range' },
    ],
  ])('refuses %j', (requested, error) => {
    expect(() => messagesWith().complete(requested)).toThrow(
      expect.objectContaining({
        code: 'validation-failed',
        errors: [expect.objectContaining(error)],
      }) as Error,
    );
  });
});
