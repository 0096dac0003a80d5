import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient } from '../../common/http/http-client';
import { OutboundHttpModule } from '../../common/http/outbound-http.module';
import { AccessConfig } from '../../config/access.config';
import { Environment } from '../../config/environment';
import { HttpJwksSource } from './http-jwks-source';

@Module({ imports: [OutboundHttpModule.withConnections(1)] })
class HttpModule {}

let server: Server;
let application: TestingModule;
let source: HttpJwksSource;
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_request, response) => {
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  application = await Test.createTestingModule({ imports: [HttpModule] }).compile();
  const environment = Object.assign(new Environment(), { AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys` });
  source = new HttpJwksSource(application.get(HttpClient, { strict: false }), new AccessConfig(environment));
});
afterAll(async () => {
  await application.close();
  server.close();
  server.closeAllConnections();
});

describe(HttpJwksSource.name, () => {
  it('returns the key set as it was sent', async () => {
    answer = (response) => response.end('{"keys":[{"kty":"EC"}]}');

    expect(await source.fetch()).toEqual({ keys: [{ kty: 'EC' }] });
  });

  it.each<[string, typeof answer]>([
    ['another status', (response) => response.writeHead(500).end('{"keys":[]}')],
    ['a redirect', (response) => response.writeHead(302, { location: '/' }).end()],
    ['no JSON', (response) => response.end('<html>')],
    ['nothing', (response) => response.end()],
    ['an oversized key set', (response) => response.end('['.padEnd(300_000))],
    ['100,000 levels', (response) => response.end(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
    ['a broken connection', (response) => response.destroy()],
    ['no answer for three seconds', () => undefined],
  ])('fails on %s', async (_, behave) => {
    answer = behave;

    await expect(source.fetch()).rejects.toBeDefined();
  });
});
