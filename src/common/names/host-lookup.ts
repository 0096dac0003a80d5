import { getDefaultResultOrder, type LookupAddress } from 'node:dns';
import { lookup as systemLookup, Resolver } from 'node:dns/promises';
import { abortable } from '../time/abortable';
import { pause } from '../time/pause';
import { addressesInHosts, candidatesFor, type HostFiles, SYSTEM_FILES } from './host-files';
import { NameUnresolvedError } from './name.errors';

/** Less than the 3 seconds that a connection may take. */
const DEADLINE_MS = 2_500;
/** Time after which the next name server is asked, or the same one again. */
const ATTEMPT_MS = 600;
const ATTEMPTS = 3;
/** Time that one family waits for the other (RFC 8305, section 3, has less; here the result is cached). */
const OTHER_FAMILY_MS = 150;
/** Time to live of a response without one. */
const OTHER_TTL_MS = 5_000;
/** Responses of a name server that do not rule out the next candidate. */
const NEXT_CANDIDATE: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED']);
const NO_SUCH_NAME: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);
const LOCALHOST = /(^|\.)localhost$/;

/** The addresses of a name, at least one, and their time to live. */
export interface FoundAddresses {
  readonly addresses: readonly LookupAddress[];
  readonly ttlMs: number;
}

interface HostLookupOptions {
  readonly files?: HostFiles;
  /** Name servers, instead of the configured ones of the machine. */
  readonly servers?: readonly string[];
  /** The system's resolver. */
  readonly system?: (hostname: string) => Promise<LookupAddress[]>;
}

interface FamilyAnswer extends FoundAddresses {
  /** The reason why there are none. */
  readonly failure?: unknown;
}

/**
 * Looks a name up like the machine does, but over sockets instead of in libuv's threads, which unanswered names could
 * occupy completely: first the hosts file, then the name servers with the search domains of resolv.conf. Only a name
 * that does not exist there goes to the system's resolver, which may know other sources, one at a time. Each look-up
 * ends within 2.5 seconds, and reads the files again.
 */
export class HostLookup {
  private readonly files: HostFiles;
  private readonly servers: readonly string[] | undefined;
  private readonly system: (hostname: string) => Promise<LookupAddress[]>;
  private isSystemBusy = false;

  constructor({ files = SYSTEM_FILES, servers, system = resolvedBySystem }: HostLookupOptions = {}) {
    this.files = files;
    this.servers = servers;
    this.system = system;
  }

  /** Rejects with `NameUnresolvedError`. */
  readonly find = async (hostname: string): Promise<FoundAddresses> => {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    const pinned = addressesInHosts(this.files.hosts, name);
    if (pinned.length > 0) return { addresses: pinned, ttlMs: OTHER_TTL_MS };
    if (LOCALHOST.test(name)) return { addresses: LOOPBACK, ttlMs: OTHER_TTL_MS };
    const isAbsolute = hostname.endsWith('.');
    const candidates = isAbsolute ? [name] : candidatesFor(this.files.resolver, name);
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    const failure = await this.ask(candidates, deadline);
    if (!isFailure(failure)) return failure;
    if (!NO_SUCH_NAME.has(codeOf(failure.failure)))
      throw new NameUnresolvedError('EAI_AGAIN', hostname, { cause: failure.failure });
    return this.askSystem(hostname, deadline, failure.failure);
  };

  private async ask(candidates: readonly string[], deadline: AbortSignal): Promise<FamilyAnswer> {
    const resolver = new Resolver({ timeout: ATTEMPT_MS, tries: ATTEMPTS });
    if (this.servers !== undefined) resolver.setServers(this.servers);
    const cancel = (): void => {
      resolver.cancel();
    };
    deadline.addEventListener('abort', cancel, { once: true });
    try {
      let answer: FamilyAnswer = NONE;
      for (const candidate of candidates) {
        const next = await askFor(candidate, resolver);
        if (!isFailure(next)) return next;
        // A failing name server for one candidate does not prove that the name does not exist.
        if (answer === NONE || NO_SUCH_NAME.has(codeOf(answer.failure))) answer = next;
        if (deadline.aborted || !NEXT_CANDIDATE.has(codeOf(next.failure))) break;
      }
      return answer;
    } finally {
      deadline.removeEventListener('abort', cancel);
      resolver.cancel();
    }
  }

  private async askSystem(hostname: string, deadline: AbortSignal, cause: unknown): Promise<FoundAddresses> {
    if (this.isSystemBusy) throw new NameUnresolvedError('ENOTFOUND', hostname, { cause });
    this.isSystemBusy = true;
    const asked = this.system(hostname).finally(() => {
      this.isSystemBusy = false;
    });
    try {
      return { addresses: await abortable(asked, deadline), ttlMs: OTHER_TTL_MS };
    } catch (error) {
      throw new NameUnresolvedError(deadline.aborted ? 'EAI_AGAIN' : 'ENOTFOUND', hostname, { cause: error });
    }
  }
}

const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
const NONE: FamilyAnswer = { addresses: [], ttlMs: 0, failure: { code: 'ENOTFOUND' } };

function resolvedBySystem(hostname: string): Promise<LookupAddress[]> {
  return systemLookup(hostname, { all: true });
}

/** Both families are queried at once; one that has addresses does not wait long for the other. */
async function askFor(name: string, resolver: Resolver): Promise<FamilyAnswer> {
  const answers: FamilyAnswer[] = [];
  const asked = [familyOf(4, name, resolver), familyOf(6, name, resolver)].map(async (answer) => {
    answers.push(await answer);
  });
  const both = Promise.all(asked);
  await Promise.race(asked);
  if (answers.some((answer) => !isFailure(answer))) await atMost(OTHER_FAMILY_MS, both);
  else await both;
  return joined(answers);
}

function joined(answers: readonly FamilyAnswer[]): FamilyAnswer {
  const found = answers.filter((answer) => !isFailure(answer));
  if (found.length === 0) {
    // A family that does not exist does not hide the failure of the other family's server.
    return answers.find(({ failure }) => !NO_SUCH_NAME.has(codeOf(failure))) ?? answers[0] ?? NONE;
  }
  const addresses = found.flatMap((answer) => answer.addresses);
  const first = getDefaultResultOrder() === 'ipv6first' ? 6 : 4;
  const ttlMs = Math.min(
    ...found.map((answer) => answer.ttlMs),
    ...(answers.length < 2 ? [OTHER_TTL_MS] : []),
  );
  return {
    addresses: [
      ...addresses.filter(({ family }) => family === first),
      ...addresses.filter(({ family }) => family !== first),
    ],
    ttlMs,
  };
}

/** Never rejects. */
async function familyOf(family: 4 | 6, name: string, resolver: Resolver): Promise<FamilyAnswer> {
  try {
    const options = { ttl: true } as const;
    const records = await (family === 4
      ? resolver.resolve4(name, options)
      : resolver.resolve6(name, options));
    return {
      addresses: records.map(({ address }) => ({ address, family })),
      ttlMs: Math.min(...records.map(({ ttl }) => ttl)) * 1_000,
    };
  } catch (failure) {
    return { ...NONE, failure };
  }
}

function isFailure(answer: FamilyAnswer): boolean {
  return answer.addresses.length === 0;
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([work, pause(ms, over.signal)]);
  } finally {
    over.abort();
  }
}

function codeOf(failure: unknown): unknown {
  return typeof failure === 'object' && failure !== null && 'code' in failure ? failure.code : undefined;
}
