import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SignatureVerifier } from '../../examples/webhook-receiver/signature-verifier';

const run = promisify(execFile);
const LIMITS = { timeout: 120_000, maxBuffer: 1024 * 1024 };

export const VERIFIERS = join(__dirname, '../../examples/webhook-receiver/other-languages');

/** A request and the secrets that a receiver has. */
export interface SignedRequest {
  readonly secrets: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Verifies requests with the code of a language; returns whether each is valid. */
type Verify = (requests: readonly SignedRequest[]) => Promise<boolean[]>;

const PYTHON = `
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from verify_webhook import is_valid
requests = json.loads(sys.argv[2])
print(json.dumps([is_valid(r["secrets"], r["headers"], r["body"].encode()) for r in requests]))
`;

/** Takes five arguments for each request, empty ones for absent headers. */
const JAVA = `
import java.nio.charset.StandardCharsets;
import java.util.List;

final class Main {
  public static void main(String[] args) throws Exception {
    StringBuilder answer = new StringBuilder();
    for (int at = 0; at < args.length; at += 5) {
      byte[] body = java.util.Base64.getDecoder().decode(args[at + 4]);
      List<String> secrets = List.of(args[at].split(","));
      boolean valid = WebhookSignature.isValid(secrets, header(args[at + 1]), header(args[at + 2]), header(args[at + 3]), body);
      answer.append(answer.length() == 0 ? "[" : ",").append(valid);
    }
    System.out.println(answer.append("]"));
  }

  private static String header(String text) {
    return text.isEmpty() ? null : text;
  }
}
`;

const PROGRAMS: Readonly<Record<string, { needs: readonly string[]; verify: Verify }>> = {
  TypeScript: { needs: [], verify: (requests) => Promise.resolve(requests.map(isValid)) },
  Python: { needs: ['python3'], verify: withPython },
  Java: { needs: ['javac', 'java'], verify: withJava },
};

/** The languages of the guide that this machine can run: neither Python nor Java is needed for the development. */
export function runnableLanguages(): string[] {
  return Object.entries(PROGRAMS)
    .filter(([, { needs }]) => needs.every(isInstalled))
    .map(([language]) => language);
}

export function verifyWith(language: string, requests: readonly SignedRequest[]): Promise<boolean[]> {
  const program = PROGRAMS[language];
  if (program === undefined) throw new Error(`No program for ${language}`);
  return program.verify(requests);
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version'], { timeout: LIMITS.timeout }).status === 0;
}

function isValid({ secrets, headers, body }: SignedRequest): boolean {
  try {
    new SignatureVerifier(secrets).verify(Buffer.from(body), headers);
    return true;
  } catch {
    return false;
  }
}

async function withPython(requests: readonly SignedRequest[]): Promise<boolean[]> {
  const { stdout } = await run('python3', ['-c', PYTHON, VERIFIERS, JSON.stringify(requests)], LIMITS);
  return JSON.parse(stdout) as boolean[];
}

async function withJava(requests: readonly SignedRequest[]): Promise<boolean[]> {
  const folder = await mkdtemp(join(tmpdir(), 'webhook-signature-'));
  try {
    await writeFile(join(folder, 'Main.java'), JAVA);
    const sources = [join(VERIFIERS, 'WebhookSignature.java'), join(folder, 'Main.java')];
    await run('javac', ['-encoding', 'UTF-8', '-Werror', '-Xlint:all', '-d', folder, ...sources], LIMITS);
    const { stdout } = await run('java', ['-cp', folder, 'Main', ...requests.flatMap(javaArguments)], LIMITS);
    return JSON.parse(stdout) as boolean[];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function javaArguments({ secrets, headers, body }: SignedRequest): string[] {
  const given = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name] ?? '');
  return [secrets.join(','), ...given, Buffer.from(body).toString('base64')];
}
