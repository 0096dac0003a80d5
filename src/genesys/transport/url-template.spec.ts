import { urlTemplateOf } from './url-template';

describe(urlTemplateOf.name, () => {
  it.each([
    ['/oauth/token', '/oauth/token'],
    ['/api/v2/conversations/messaging/0b6f3c1e-5d1a-4c39', '/api/v2/conversations/messaging/{id}'],
    [
      '/api/v2/conversations/messages/a/inbound/open/message',
      '/api/v2/conversations/messages/{id}/inbound/open/message',
    ],
  ])('of %s is %s', (path, template) => {
    expect(urlTemplateOf(path)).toBe(template);
  });
});
