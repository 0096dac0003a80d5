import type { Environment } from '../config/environment';

/** The settings that hold the id and the secret of an OAuth client, for advice. */
export interface ClientSettings {
  readonly id: string;
  readonly secret: string;
}

export function clientSettingsOf({ GENESYS_CLIENTS, files }: Environment): ClientSettings {
  const nameOf = (name: string): string => (files[name] === undefined ? name : `${name}_FILE`);
  if (GENESYS_CLIENTS !== undefined)
    return { id: nameOf('GENESYS_CLIENTS'), secret: nameOf('GENESYS_CLIENTS') };
  return { id: 'GENESYS_CLIENT_ID', secret: nameOf('GENESYS_CLIENT_SECRET') };
}
