import { parseArgs } from 'node:util';
import { urlFault } from './config/url-rules';
import type { Change, Creation, Selection } from './genesys/open-messaging/admin/integration-commands';
import type { Rotation } from './genesys/open-messaging/admin/secret-rotation';

export const OPEN_MESSAGING_HELP = `npm run --silent open-messaging -- COMMAND [options]

  create --name NAME --public-url https://HOST
      Creates an Open Messaging integration with a fresh secret, waits for its creation, and sets the address of its
      webhook. Prints the entry for GENESYS_OPEN_INTEGRATIONS, the only place with the secret, and what is to do next.
  show [--id ID] [--public-url https://HOST]
      Shows an integration, or all: state, webhook, recipient, and whether the service is set up for it.
  update --id ID [--name NAME] [--public-url https://HOST]
      Changes the name of an integration, the address of its webhook, or both.
  rotate-secret --id ID [--lost] [--deployed]
      Replaces the secret without a refused webhook, in three steps:
      1. Without --deployed it prints an entry with two secrets, the new one first, and changes nothing. Deploy it.
      2. With --deployed, and the deployed setting in the environment, Genesys Cloud signs with the new secret.
      3. After a minute, remove the second secret from the entry.
      --lost: the current secret is unknown, and the entry has the new one alone. Webhooks are refused until step 2.

  --public-url  base URL of the service as Genesys Cloud reaches it, https and without a port; PUBLIC_URL by default
                for create and show
Connects with the settings of the service: GENESYS_REGION or GENESYS_LOGIN_URL and GENESYS_API_URL, GENESYS_CLIENT_ID and
GENESYS_CLIENT_SECRET or the first of GENESYS_CLIENTS, and proxies. With settings in a file:
  node --env-file=.env dist/open-messaging.js COMMAND [options]
The OAuth client needs messaging:integration:view, :add and :edit.
Ends with 0 when it is done, with 1 when the options or settings are wrong or Genesys Cloud refused, and with 2 when
Genesys Cloud was not reached or did not answer in time.
`;

export type OpenMessagingCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }
  | ({ readonly kind: 'create' } & Creation)
  | ({ readonly kind: 'show' } & Selection)
  | ({ readonly kind: 'update' } & Change)
  | ({ readonly kind: 'rotate-secret'; readonly isDeployed: boolean } & Rotation);

type Option = 'id' | 'name' | 'public-url' | 'lost' | 'deployed';

const OPTIONS_OF: Readonly<Record<string, readonly Option[]>> = {
  create: ['name', 'public-url'],
  show: ['id', 'public-url'],
  update: ['id', 'name', 'public-url'],
  'rotate-secret': ['id', 'lost', 'deployed'],
};
const ID = /^[\w-]{1,64}$/;

class UsageError extends Error {}

/** The command of a command line; `publicUrl` is the setting of the service. It contacts nothing. */
export function openMessagingCommandIn(
  args: readonly string[],
  publicUrl: string | undefined,
): OpenMessagingCommand {
  try {
    return read(args, publicUrl === '' ? undefined : publicUrl);
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

function read(args: readonly string[], setting: string | undefined): OpenMessagingCommand {
  const { values, positionals } = parsed([...args]);
  if (values.help) return { kind: 'help' };
  const [kind = '', ...others] = positionals;
  const options = OPTIONS_OF[kind];
  if (options === undefined || others.length > 0)
    throw new UsageError(`The command must be one of ${Object.keys(OPTIONS_OF).join(', ')}.`);
  const surplus = (Object.keys(values) as Option[]).find((name) => values[name] && !options.includes(name));
  if (surplus !== undefined) throw new UsageError(`${kind} has no option --${surplus}.`);
  const { 'public-url': publicUrl, name } = values;
  if (name?.trim() === '') throw new UsageError('--name must not be empty.');
  switch (kind) {
    case 'create':
      return { kind, name: required('name', name), publicUrl: publicUrlIn(publicUrl ?? setting) };
    case 'show':
      return { kind, ...(values.id === undefined ? {} : idIn(values.id)), publicUrl: publicUrl ?? setting };
    case 'update':
      if (name === undefined && publicUrl === undefined)
        throw new UsageError('update needs --name, --public-url or both.');
      return {
        kind,
        ...idIn(values.id),
        name,
        ...(publicUrl === undefined ? {} : { publicUrl: publicUrlIn(publicUrl) }),
      };
    default:
      return { kind: 'rotate-secret', ...idIn(values.id), isLost: values.lost, isDeployed: values.deployed };
  }
}

function parsed(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      id: { type: 'string' },
      name: { type: 'string' },
      'public-url': { type: 'string' },
      lost: { type: 'boolean', default: false },
      deployed: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
}

function required(option: Option, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`--${option} is required.`);
  return value;
}

function idIn(value: string | undefined): { readonly id: string } {
  const id = required('id', value);
  if (!ID.test(id)) throw new UsageError('--id must be the id of an Open Messaging integration.');
  return { id };
}

/** Genesys Cloud delivers to https on port 443 only. */
function publicUrlIn(value: string | undefined): string {
  const url = required('public-url', value);
  const fault = urlFault(url, ['https'], false);
  if (fault !== undefined) throw new UsageError(`--public-url ${fault}.`);
  const { port, search, hash, href } = new URL(url);
  if (port !== '' || search !== '' || hash !== '')
    throw new UsageError('--public-url must not have a port, a query or a fragment.');
  return href.replace(/\/+$/, '');
}
