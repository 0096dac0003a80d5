import { settingFiles } from './environment.fake';
import { ConfigurationError } from './configuration.errors';
import { GenesysConfig } from './genesys.config';
import { readGenesysEnvironment } from './genesys-environment';

const CLIENT = { GENESYS_CLIENT_ID: 'client', GENESYS_CLIENT_SECRET: 'client-secret' };
const REGION = { GENESYS_REGION: 'usw2.pure.cloud' };

const fileOf = settingFiles();

describe(readGenesysEnvironment, () => {
  it('needs neither the settings of the service nor integrations', () => {
    const environment = readGenesysEnvironment({
      ...CLIENT,
      ...REGION,
      GENESYS_CHANNEL: 'open-messaging',
      ACCESS_MODE: 'keys',
      HOST: '0.0.0.0',
      PORT: 'none',
    });

    expect(new GenesysConfig(environment).apiUrl).toBe('https://api.usw2.pure.cloud');
    expect(environment.GENESYS_OPEN_INTEGRATIONS).toBeUndefined();
  });

  it('reads secrets from files, and proxies in lower case', () => {
    const integrations = [{ id: 'integration-1', secrets: ['0123456789abcdef'] }];
    const environment = readGenesysEnvironment({
      ...REGION,
      GENESYS_CLIENTS_FILE: fileOf('[{"id":"a","secret":"b"}]'),
      GENESYS_OPEN_INTEGRATIONS_FILE: fileOf(JSON.stringify(integrations)),
      https_proxy: 'http://proxy.test:3128',
    });

    expect(new GenesysConfig(environment).clients.ids).toEqual(['a']);
    expect(environment.GENESYS_OPEN_INTEGRATIONS).toEqual(integrations);
    expect(environment.HTTPS_PROXY).toBe('http://proxy.test:3128');
  });

  it('names all faults', () => {
    const read = (): unknown => readGenesysEnvironment({ GENESYS_OPEN_INTEGRATIONS: '[]' });

    expect(read).toThrow(ConfigurationError);
    for (const name of ['GENESYS_OPEN_INTEGRATIONS', 'GENESYS_CLIENT_ID', 'GENESYS_API_URL'])
      expect(read).toThrow(name);
  });
});
