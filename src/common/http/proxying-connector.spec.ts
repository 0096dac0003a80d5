import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { ConnectProxyFake } from './connect-proxy.fake';
import { neverConnected } from './never-connected';
import { EgressForbiddenError, ProxyRefusedError } from './outbound.errors';
import { type OutboundOptions, OutboundPool } from './outbound-pool';
import { ProxyRules } from './proxy-rules';
import { proxyingConnector } from './proxying-connector';

const CREDENTIALS = 'corp\\user:p@ss:wörd/1';
let proxy: ConnectProxyFake;
let server: Server;
let port: number;
let pool: OutboundPool | undefined;

beforeEach(async () => {
  proxy = await ConnectProxyFake.start(CREDENTIALS);
  server = createServer((_, response) => response.end('reached')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  await pool?.destroy();
  server.closeAllConnections();
  server.close();
  await proxy[Symbol.asyncDispose]();
});

async function bodyOf(url: string, options: OutboundOptions): Promise<string> {
  pool = new OutboundPool(2, options);
  return (await request(url, { dispatcher: pool })).body.text();
}

function proxied(direct?: string, url = proxy.url()): OutboundOptions {
  return { proxies: new ProxyRules({ http: url, https: url, direct }) };
}

describe(proxyingConnector.name, () => {
  it('reaches a target through its proxy, with credentials, and leaves its name to it', async () => {
    expect(await bodyOf(`http://api.example:${port}/`, proxied())).toBe('reached');
    expect(proxy.targets).toEqual([`api.example:${port}`]);
  });

  it('speaks TLS with the target, not with the proxy', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tunnel-'));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const wanted = ['-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=api.example'];
    const files = ['-addext', 'subjectAltName=DNS:api.example', '-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', ...wanted, ...files], { stdio: 'ignore' });
    const secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }).listen(
      0,
      '127.0.0.1',
    );
    rmSync(directory, { recursive: true });
    await once(secure, 'listening');
    const url = `https://api.example:${(secure.address() as AddressInfo).port}/`;
    const failure: unknown = await bodyOf(url, proxied()).catch((error: unknown) => error);
    secure.close();

    // The handshake got as far as the certificate, which is not trusted.
    expect(failure).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(proxy.targets).toHaveLength(1);
  });

  it('goes directly where the rules say so', async () => {
    expect(await bodyOf(`http://127.0.0.1:${port}/`, proxied('127.0.0.0/8'))).toBe('reached');
    expect(proxy.targets).toEqual([]);
  });

  it('fails with the status of a proxy that refuses, and has sent nothing', async () => {
    const failure: unknown = await bodyOf(
      `http://api.example:${port}/`,
      proxied(undefined, proxy.url('corp:wrong')),
    ).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(ProxyRefusedError);
    expect(failure).toMatchObject({ status: 407 });
    expect(neverConnected(failure)).toBe(true);
  });

  it('judges an address in a URL where only public ones are allowed, and cannot judge a name', async () => {
    const publicOnly = { ...proxied(), publicOnly: true };

    await expect(bodyOf(`http://127.0.0.1:${port}/`, publicOnly)).rejects.toBeInstanceOf(
      EgressForbiddenError,
    );
    expect(proxy.targets).toEqual([]);
    expect(await bodyOf(`http://crm.example:${port}/`, publicOnly)).toBe('reached');
  });
});
