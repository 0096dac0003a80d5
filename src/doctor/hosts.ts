import type { Environment } from '../config/environment';
import { GenesysConfig } from '../config/genesys.config';
import { WebMessagingConfig } from '../config/web-messaging.config';

/** A host of Genesys Cloud that the service connects to. */
export interface Host {
  readonly name: 'login' | 'api' | 'cdn' | 'messaging';
  readonly url: URL;
  /** The setting that names the host. */
  readonly setting: string;
}

/** The hosts that the settings lead to; those of guests only where a deployment is configured. */
export function hostsOf(environment: Environment): readonly Host[] {
  const { apiUrl } = new GenesysConfig(environment);
  const web = new WebMessagingConfig(environment);
  const { GENESYS_API_URL, GENESYS_CDN_URL, GENESYS_MESSAGING_URL } = environment;
  const hosts: Host[] = [
    loginHostOf(environment),
    { name: 'api', url: new URL(apiUrl), setting: settingOf('GENESYS_API_URL', GENESYS_API_URL) },
  ];
  if (!web.isComplete || !URL.canParse(web.deploymentUrl) || !URL.canParse(web.socketUrl)) return hosts;
  return [
    ...hosts,
    { name: 'cdn', url: new URL(web.deploymentUrl), setting: settingOf('GENESYS_CDN_URL', GENESYS_CDN_URL) },
    {
      name: 'messaging',
      url: new URL(web.socketUrl),
      setting: settingOf('GENESYS_MESSAGING_URL', GENESYS_MESSAGING_URL),
    },
  ];
}

/** The host that issues access tokens. */
export function loginHostOf(environment: Environment): Host {
  const { loginUrl } = new GenesysConfig(environment);
  const setting = settingOf('GENESYS_LOGIN_URL', environment.GENESYS_LOGIN_URL);
  return { name: 'login', url: new URL(loginUrl), setting };
}

function settingOf(name: string, value: string | undefined): string {
  return value === undefined ? 'GENESYS_REGION' : name;
}

/** The name of the check of a host's name. */
export function namesCheckOf({ name }: Pick<Host, 'name'>): string {
  return `name ${name}`;
}

/** The name of the check that connects to a host. */
export function connectionCheckOf({ name }: Pick<Host, 'name'>): string {
  return `connection ${name}`;
}
