import { MINIMAL } from './environment.fake';
import { readEnvironment } from './read-environment';
import { TracingConfig } from './tracing.config';

const configOf = (settings: Readonly<Record<string, string>>): TracingConfig =>
  new TracingConfig(readEnvironment({ ...MINIMAL, ...settings }));

describe(TracingConfig.name, () => {
  it.each([
    ['no setting', {}, undefined],
    [
      'an endpoint',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
      'http://collector:4318/v1/traces',
    ],
    [
      'an endpoint with a path',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector/otlp/' },
      'http://collector/otlp/v1/traces',
    ],
    [
      'an endpoint for traces',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://b/c?d=e' },
      'https://b/c?d=e',
    ],
    ['an exporter', { OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
    [
      'an endpoint and no exporter',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_TRACES_EXPORTER: 'none' },
      undefined,
    ],
    [
      'an endpoint and a disabled SDK',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_SDK_DISABLED: 'true' },
      undefined,
    ],
  ])('has the collector of %s', (_name, settings, url) => {
    expect(configOf(settings as Readonly<Record<string, string>>).collector?.url).toBe(url);
  });

  it('decodes headers, which are secrets', () => {
    const settings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=s%3Dcret, x=y',
    };
    expect(configOf(settings).collector?.headers).toEqual({ 'api-key': 's=cret', x: 'y' });
    expect(readEnvironment({ ...MINIMAL, ...settings }).secrets).toContain('s=cret');
  });

  it('prefers the name of the service to that among the attributes', () => {
    const settings = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,b=c', OTEL_SERVICE_NAME: 'd' };
    expect(configOf(settings).resource).toMatchObject({ 'service.name': 'd', b: 'c' });
  });
});
