import { parseArgs } from 'node:util';
import { newApiKey } from './access/api-key';
import { isScopeName, SCOPES } from './common/access/scope';
import { isApiKeyList } from './config/api-key-list';

const HELP = `npm run key -- --name billing --scopes sessions.read,sessions.write [--expires 2027-01-01T00:00:00Z]
  [--requests-per-minute 600] [--max-sessions 100] [--event-streams 50]

Makes a key for a caller. The key goes to the caller and is kept nowhere; the entry goes into the list of API_KEYS or
API_KEYS_FILE.
  --name     the caller: lower-case letters, digits and hyphens, 40 at most
  --scopes   separated by commas: ${SCOPES.join(', ')}
  --expires  a moment as RFC 3339 writes it; without it the key is good until its entry is taken out
  --requests-per-minute  how many the caller may make with the key; without it, CALLER_REQUESTS_PER_MINUTE
  --max-sessions  live sessions that the caller may have at once; without it, SESSION_MAX_PER_CALLER
  --event-streams  how many the caller may have in a process; without it, EVENT_STREAMS_MAX_PER_CALLER
`;

function main(): void {
  const { values } = parseArgs({
    options: {
      name: { type: 'string', default: '' },
      scopes: { type: 'string', default: '' },
      expires: { type: 'string' },
      'requests-per-minute': { type: 'string' },
      'max-sessions': { type: 'string' },
      'event-streams': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { name, scopes, expires, help } = values;
  const end = expires === undefined ? {} : { expires };
  const limits = {
    ...limitIn('requestsPerMinute', values['requests-per-minute']),
    ...limitIn('maxSessions', values['max-sessions']),
    ...limitIn('eventStreams', values['event-streams']),
  };
  const wanted = scopes.split(',');
  const known = wanted.filter(isScopeName);
  const { key, entry } = newApiKey({ name, scopes: known, ...end, ...limits });
  if (help || known.length < wanted.length || !isApiKeyList([entry])) {
    process.stderr.write(HELP);
    process.exitCode = help ? 0 : 1;
    return;
  }
  process.stdout.write(`key    ${key}\nentry  ${JSON.stringify(entry)}\n`);
}

/** A limit for an entry. Text that is not written in decimal digits becomes a number that no entry accepts. */
function limitIn<Name extends string>(name: Name, text: string | undefined): Partial<Record<Name, number>> {
  if (text === undefined) return {};
  return { [name]: /^\d+$/.test(text) ? Number(text) : Number.NaN } as Partial<Record<Name, number>>;
}

main();
