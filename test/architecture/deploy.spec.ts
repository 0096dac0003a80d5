import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { newApiKey } from '../../src/access/api-key';
import { newDataKey } from '../../src/config/data-key-list';
import { environmentNames, readEnvironment } from '../../src/config/read-environment';
import { ReplicaConfig } from '../../src/config/replica.config';
import { StorageConfig } from '../../src/config/storage.config';
import { DEMO_DEPLOYMENT_ID } from '../../src/simulator/web-messaging/deployment';
import {
  at,
  deployedFiles,
  documentsIn,
  everywhere,
  listAt,
  readDeployed,
  recordAt,
} from '../support/deploy-files';

type Variables = Record<string, unknown>;

const root = join(__dirname, '../..');
const PORT = 3000;
const dockerfile = readDeployed('Dockerfile');
const [compose] = documentsIn('compose.yaml');
const [simulated] = documentsIn('compose.simulator.yaml');
const replicas = Object.entries(recordAt(compose, 'services')).filter(([name]) =>
  name.startsWith('replica-'),
);
const [deployment] = documentsIn('kubernetes/deployment.yaml');
const [settings] = documentsIn('kubernetes/settings.yaml');
const [secrets, databaseSecret] = documentsIn('kubernetes/secrets.example.yaml');
const pod = recordAt(deployment, 'spec', 'template', 'spec');
const container = recordAt(pod, 'containers', 0);

/** Returns the instructions with this name, with all of their continued lines. */
function instructionsOf(name: string): string[] {
  return [...dockerfile.replaceAll('\\\n', ' ').matchAll(new RegExp(`^${name} +(.*)$`, 'gm'))].map(
    ([, text = '']) => text.trim().replaceAll(/ +/g, ' '),
  );
}

/** The image's own environment variables. */
function variablesOfImage(): Variables {
  return Object.fromEntries(
    instructionsOf('ENV').flatMap((text) => text.split(' ').map((setting) => setting.split('='))),
  ) as Variables;
}

function variablesOfPod(): Variables {
  const own = listAt(container, 'env').map((entry) => {
    const value = at(entry, 'value');
    const isDatabase =
      at(entry, 'valueFrom', 'secretKeyRef', 'name') === at(databaseSecret, 'metadata', 'name');
    return [
      String(at(entry, 'name')),
      isDatabase
        ? at(databaseSecret, 'stringData', String(at(entry, 'valueFrom', 'secretKeyRef', 'key')))
        : (value ?? '10.0.0.7'),
    ] as const;
  });
  const variables = { ...variablesOfImage(), ...recordAt(settings, 'data'), ...Object.fromEntries(own) };
  const ip = String(variables['POD_IP']);
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, String(value).replace('$(POD_IP)', ip)]),
  );
}

/** As deploy/README.md has them in `.env`. */
const ENV_FILE: Readonly<Record<string, string>> = {
  POSTGRES_PASSWORD: 'filled-in',
  GENESYS_REGION: 'usw2.pure.cloud',
  GENESYS_CLIENT_ID: 'filled-in',
  CRM_WEBHOOK_URL: 'https://crm.example.com/events',
};

/** Replaces `${NAME:-default}` and `${NAME:?error}` as compose does. */
function interpolated(text: string, values = ENV_FILE): string {
  return text.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = values[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name} ${rest}`);
    return value;
  });
}

function variablesOfReplica(service: unknown, override: unknown = {}, values = ENV_FILE): Variables {
  const environment = { ...recordAt(service, 'environment'), ...recordAt(override, 'environment') };
  return Object.fromEntries(
    Object.entries({ ...variablesOfImage(), ...environment }).map(([name, value]) => [
      name,
      interpolated(String(value), values),
    ]),
  );
}

/** Returns the variables with the paths of their files, which are by the same names in this directory. */
function withFilesIn(directory: string, variables: Variables): Record<string, string> {
  const paths = Object.entries(variables).map(([name, value]) => [
    name,
    name.endsWith('_FILE') && value !== '' ? join(directory, basename(String(value))) : String(value),
  ]);
  return Object.fromEntries(paths) as Record<string, string>;
}

/** Returns the exit code of the image's health check for a service at this port. */
async function exitCodeOfHealthcheck(port: number): Promise<number | null> {
  const [, command = '[]'] = /CMD (\[.*\])$/.exec(instructionsOf('HEALTHCHECK')[0] ?? '') ?? [];
  const [program = '', ...parameters] = JSON.parse(command) as string[];
  const child = execFile(program, parameters, { env: { ...process.env, PORT: String(port) } });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

const deployed: [where: string, variables: Variables][] = [
  ...replicas.map(([name, service]): [string, Variables] => [name, variablesOfReplica(service)]),
  ['the pods', variablesOfPod()],
];

describe('the deployment files', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'deployed-'));
    const { entry } = newApiKey({ name: 'billing', scopes: ['sessions.read'] });
    const contents: Readonly<Record<string, string>> = {
      'api-keys': JSON.stringify([entry]),
      'data-key': newDataKey('k1'),
      'genesys-client-secret': 'a secret',
      'crm-webhook-secret': `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
    };
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(directory, name), content);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('exist', () => {
    expect(deployedFiles('.yaml').length).toBeGreaterThan(8);
    expect(deployed).toHaveLength(4);
  });

  it.each(deployed)('set only existing settings of %s', (_, variables) => {
    const known = new Set([...environmentNames(), 'NODE_ENV', 'POD_IP']);
    const unknown = Object.keys(variables).filter((name) => !known.has(name.replace(/_FILE$/, '')));

    expect(unknown).toEqual([]);
  });

  it.each(deployed)(
    'start with the settings of %s, on PostgreSQL, with an address for other replicas',
    (_, variables) => {
      const environment = readEnvironment(withFilesIn(directory, variables));

      expect(environment).toMatchObject({ HOST: '0.0.0.0', PORT, SHUTDOWN_MODE: 'handover' });
      expect(new StorageConfig(environment).databaseUrl).toMatch(/^postgres:/);
      expect(new ReplicaConfig(environment).address).toMatch(new RegExp(`^http://[\\w.-]+:${PORT}$`));
    },
  );

  it.each(deployed)('pass secrets to %s as files only', (_, variables) => {
    const names = Object.keys(variables).filter((name) => /SECRET|_KEYS?(_|$)|CLIENTS/.test(name));

    expect(names.length).toBeGreaterThan(3);
    for (const name of names) expect(name).toMatch(/_FILE$/);
  });

  it('mount every file that they name', () => {
    const mounted = listAt(container, 'volumeMounts').map((mount) => at(mount, 'mountPath'));
    for (const [, variables] of deployed)
      for (const [name, path] of Object.entries(variables).filter(([name]) => name.endsWith('_FILE'))) {
        const file = basename(String(path));
        expect([name, file in recordAt(secrets, 'stringData')]).toEqual([name, true]);
        expect([name, String(path)]).toEqual([
          name,
          expect.stringMatching(new RegExp(`^/run/secrets/(guest-sessions/)?${file}$`)),
        ]);
      }
    const named = Object.entries(recordAt(settings, 'data')).filter(([name]) => name.endsWith('_FILE'));
    for (const [, path] of named) expect(mounted).toContain(String(path).replace(/\/[^/]+$/, ''));
    for (const [, service] of replicas)
      expect(listAt(service, 'volumes')).toEqual(['./secrets/service:/run/secrets:ro']);
  });

  it('lead every replica to the simulator, and nowhere else, when they are tried without Genesys Cloud', () => {
    const lines = readDeployed('simulator.env').matchAll(/^(\w+)=(.+)$/gm);
    const values = Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
    for (const [name, service] of replicas) {
      const variables = variablesOfReplica(service, at(simulated, 'services', name), values);
      const environment = readEnvironment(withFilesIn(directory, variables));

      expect(environment).toMatchObject({
        GENESYS_DEPLOYMENT_ID: DEMO_DEPLOYMENT_ID,
        GENESYS_LOGIN_URL: 'http://simulator:4010',
        GENESYS_API_URL: 'http://simulator:4010',
        GENESYS_MESSAGING_URL: 'ws://simulator:4010',
        GENESYS_CDN_URL: 'http://simulator:4010',
        CRM_WEBHOOK_URL: 'http://simulator:4011/crm/events',
      });
      expect(environment.GENESYS_REGION).toBeUndefined();
    }
  });

  it('have three replicas, each with its own address', () => {
    expect(at(deployment, 'spec', 'replicas')).toBe(3);
    expect(replicas.map(([name, service]) => [at(service, 'environment', 'REPLICA_URL'), name])).toEqual(
      [1, 2, 3].map((number) => [`http://replica-${number}:${PORT}`, `replica-${number}`]),
    );
  });

  it('run without root, with a read-only file system and without privilege escalation', () => {
    expect(instructionsOf('USER')).toEqual(['1000:1000']);
    for (const [, service] of replicas)
      expect(service).toMatchObject({ user: '1000:1000', read_only: true, cap_drop: ['ALL'] });
    expect(pod['securityContext']).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(container['securityContext']).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('use one port and one release everywhere', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const images = [
      container['image'],
      ...[...replicas.map(([, service]) => service), at(simulated, 'services', 'simulator')].map((service) =>
        interpolated(String(at(service, 'image'))),
      ),
    ];
    const policy = documentsIn('kubernetes/network-policy.yaml')[0];
    const open = listAt(policy, 'spec', 'ingress').flatMap((rule) => listAt(rule, 'ports'));
    const targets = everywhere(documentsIn('prometheus/prometheus.yaml'), 'targets').flat().map(String);
    const servers = [...readDeployed('haproxy/haproxy.cfg').matchAll(/^ {2}server (\S+) (\S+)$/gm)];

    expect(new Set(images.map((image) => String(image).split(':')[1]))).toEqual(new Set([version]));
    expect(instructionsOf('EXPOSE')).toEqual([String(PORT)]);
    expect(listAt(container, 'ports')).toEqual([{ name: 'http', containerPort: PORT }]);
    expect(at(documentsIn('kubernetes/service.yaml')[0], 'spec', 'ports', 0, 'targetPort')).toBe('http');
    expect(open).toEqual([{ port: PORT }]);
    expect(targets).toEqual(replicas.map(([name]) => `${name}:${PORT}`));
    expect(servers.map(([, name, address]) => [name, address])).toEqual(
      ['replicas', 'unready'].flatMap(() => replicas.map(([name]) => [name, `${name}:${PORT}`])),
    );
  });

  it('make HAProxy retry reads and ends at another replica, and posts with an idempotency key only', () => {
    const balancer = readDeployed('haproxy/haproxy.cfg');
    const [, rule = ''] = /disable-l7-retry unless (.+)$/m.exec(balancer) ?? [];
    const repeated = rule
      .split(' or ')
      .filter((alternative) => !alternative.includes(' '))
      .flatMap((name) => (new RegExp(`acl ${name} method (.+)$`, 'm').exec(balancer)?.[1] ?? '').split(' '));

    expect(repeated).toEqual(['GET', 'HEAD', 'DELETE']);
    expect(rule).toMatch(/ or is-post is-done-once has-key$/);
  });

  it('give HAProxy the connections of all replicas, with fewer than 20,000 open files', () => {
    const balancer = readDeployed('haproxy/haproxy.cfg');
    const total = Number(/^ {2}maxconn (\d+)$/m.exec(balancer)?.[1]);
    const each = Number(/default-server .* maxconn (\d+)/.exec(balancer)?.[1]);

    expect(total).toBeGreaterThan(replicas.length * each);
    expect(2 * total).toBeLessThan(19_000);
  });

  it('make HAProxy drop Keep-Alive headers and apply its own idle time-out', () => {
    expect(readDeployed('haproxy/haproxy.cfg')).toMatch(/^ {2}http-response del-header keep-alive$/m);
  });

  it('probe existing routes', () => {
    const { paths } = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as { paths: object };
    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((name) =>
      recordAt(container, name),
    );
    const [, balanced = ''] = /uri (\S+)/.exec(readDeployed('haproxy/haproxy.cfg')) ?? [];

    expect(probes.map((probe) => at(probe, 'httpGet'))).toEqual(
      ['live', 'live', 'ready'].map((kind) => ({ path: `/health/${kind}`, port: 'http' })),
    );
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/health/live', '/health/ready']));
    expect(balanced).toBe('/health/ready');
  });

  it.each([
    ['well', 200, 0],
    ['not well', 503, 1],
  ])('report a container as %s when its liveness probe answers %i', async (_, status, expected) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');

    expect(await exitCodeOfHealthcheck((server.address() as AddressInfo).port)).toBe(expected);
    expect(asked).toEqual(['/health/live']);
    server.close();
    server.closeAllConnections();
  });

  it('copy only allowed files into the image, and no secret', () => {
    const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    const copied = instructionsOf('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(' ').slice(0, -1));

    expect(allowed).toContain('*');
    expect(copied.map((name) => `!${name}`).sort()).toEqual(
      allowed.filter((line) => line.startsWith('!')).sort(),
    );
  });

  it('give the process its shutdown time', () => {
    const stopping = readFileSync(join(root, 'src/common/lifecycle/stop-on-signals.ts'), 'utf8');
    const deadlineMs = Number(/DEADLINE_MS = ([\d_]+)/.exec(stopping)?.[1]?.replaceAll('_', ''));
    const settings = deployed.find(([where]) => where === 'the pods')?.[1];
    const waitMs = Number(settings?.['SHUTDOWN_NOTICE_MS']);

    expect(waitMs + deadlineMs).toBeLessThan(1000 * Number(pod['terminationGracePeriodSeconds']));
    for (const [, service] of replicas) expect(at(service, 'stop_grace_period')).toBe('45s');
  });

  it('select the pods by their labels', () => {
    const labels = at(deployment, 'spec', 'template', 'metadata', 'labels');
    const selectors = deployedFiles('.yaml')
      .filter((path) => path.startsWith('kubernetes/'))
      .flatMap((path) => documentsIn(path))
      .flatMap(({ kind, spec }) => [
        ...(kind === 'Service' ? [at(spec, 'selector')] : []),
        ...(kind === 'NetworkPolicy' ? [at(spec, 'podSelector', 'matchLabels')] : []),
        ...(kind === 'PodDisruptionBudget' || kind === 'Deployment'
          ? [at(spec, 'selector', 'matchLabels')]
          : []),
        ...everywhere(spec, 'labelSelector').map((selector) => at(selector, 'matchLabels')),
      ]);

    expect(selectors).toEqual(Array(6).fill(labels));
  });

  it('list every manifest except the secrets', () => {
    const manifests = deployedFiles('.yaml')
      .filter((path) => path.startsWith('kubernetes/'))
      .map((path) => basename(path))
      .filter((name) => !['kustomization.yaml', 'secrets.example.yaml'].includes(name));

    expect(listAt(documentsIn('kubernetes/kustomization.yaml')[0], 'resources').sort()).toEqual(
      manifests.sort(),
    );
  });
});
