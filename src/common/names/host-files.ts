import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { LookupAddress } from 'node:dns';

/** Paths of the files that the system's resolver reads. */
export interface HostFiles {
  readonly hosts: string;
  readonly resolver: string;
}

export const SYSTEM_FILES: HostFiles = { hosts: '/etc/hosts', resolver: '/etc/resolv.conf' };

/** Bound on the queries for a name that does not exist. */
const MAX_SEARCH_DOMAINS = 6;
const MAX_NDOTS = 15;

/** The addresses of a name in `hosts(5)`, in the order of the file. */
export function addressesInHosts(path: string, hostname: string): LookupAddress[] {
  return linesOf(path).flatMap((line) => {
    const [address = '', ...names] = line.split(/\s+/);
    const isNamed = names.some((name) => name.toLowerCase() === hostname);
    return isNamed && isIP(address) !== 0 ? [{ address, family: isIP(address) }] : [];
  });
}

/** The absolute names that `resolv.conf(5)` prescribes for a name, in that order. */
export function candidatesFor(path: string, hostname: string): string[] {
  const { domains, ndots } = searchIn(path);
  const searched = domains.map((domain) => `${hostname}.${domain}`);
  const isAbsoluteFirst = hostname.split('.').length - 1 >= ndots;
  return isAbsoluteFirst ? [hostname, ...searched] : [...searched, hostname];
}

function searchIn(path: string): { domains: string[]; ndots: number } {
  let domains: string[] = [];
  let ndots = 1;
  for (const line of linesOf(path)) {
    const [keyword, ...values] = line.split(/\s+/);
    // The last line of the two counts.
    if (keyword === 'search' || keyword === 'domain') domains = values;
    if (keyword !== 'options') continue;
    for (const option of values) ndots = Number(/^ndots:(\d+)$/.exec(option)?.[1] ?? ndots);
  }
  domains = domains.map((domain) => domain.replace(/\.$/, '')).filter((domain) => domain !== '');
  return { domains: domains.slice(0, MAX_SEARCH_DOMAINS), ndots: Math.min(ndots, MAX_NDOTS) };
}

/** The lines without comments and empty lines; none of an unreadable file. */
function linesOf(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // The system's resolver treats a missing file as empty as well.
    return [];
  }
  return text
    .split('\n')
    .map((line) => line.replace(/[#;].*/, '').trim())
    .filter((line) => line !== '');
}
