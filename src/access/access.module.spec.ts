import { Controller, Get, Global, Module, Post } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { RecordingLog } from '../audit/recording-log.fake';
import { Public, PublicIf, Scope } from '../common/access/route-access.decorator';
import { CommonModule } from '../common/common.module';
import { ProblemDetailsFilter } from '../common/problem/problem-details.filter';
import { ConfigModule } from '../config/config.module';
import { Environment } from '../config/environment';
import { SharedTokenBucketStore } from '../common/limits/shared-token-bucket-store';
import { FakeSharedTokenBucketStore } from '../common/limits/shared-token-bucket-store.fake';
import { Metrics } from '../metrics/metrics';
import { admitCallers, identifyCallers } from './access-hook';
import { AccessModule } from './access.module';
import { AccessService } from './access.service';
import { newApiKey } from './api-key';
import { CurrentCaller } from './current-caller.decorator';
import { Caller } from './domain/caller';
import { NoCookieAuthenticator } from './no-cookie-authenticator';
import { CookieAuthenticator } from './ports/cookie-authenticator';

@Global()
@Module({
  providers: [
    Metrics,
    { provide: CookieAuthenticator, useClass: NoCookieAuthenticator },
    { provide: SharedTokenBucketStore, useFactory: () => new FakeSharedTokenBucketStore() },
  ],
  exports: [Metrics, CookieAuthenticator, SharedTokenBucketStore],
})
class SurroundingsModule {}

@Controller()
class SampleController {
  @Get('public')
  @Public()
  everybody(): string {
    return 'here';
  }

  @Get('page')
  @PublicIf('metrics')
  page(): string {
    return 'here';
  }

  @Get('scoped')
  @Scope('sessions.read')
  scoped(@CurrentCaller() { name }: Caller): string {
    return name;
  }

  @Post('written')
  @Scope('sessions.write')
  written(): string {
    return 'written';
  }

  @Get('silent')
  silent(): string {
    return 'never';
  }

  @Post('silent')
  silentToo(): string {
    return 'never';
  }
}

const { key, entry } = newApiKey({ name: 'billing', scopes: ['sessions.read'] });
let log: RecordingLog;
let app: NestFastifyApplication;
let parsed: number;

async function start(settings: Partial<Environment>): Promise<void> {
  const environment = Object.assign(new Environment(), { API_KEYS: [entry] }, settings);
  const module = await Test.createTestingModule({
    imports: [ConfigModule.forEnvironment(environment), CommonModule, SurroundingsModule, AccessModule],
    controllers: [SampleController],
  })
    .setLogger(log)
    .compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  app.useGlobalFilters(new ProblemDetailsFilter());
  const server = app.getHttpAdapter().getInstance();
  identifyCallers(server, app.get(AccessService), ({ headers }) =>
    headers['x-vouched'] === undefined ? undefined : new Caller('vouched', new Set(['sessions.read'])),
  );
  admitCallers(server, app.get(AccessService));
  server.addHook('preParsing', (_request, _reply, payload, done) => {
    parsed += 1;
    done(null, payload);
  });
  await app.init();
  server.get('/beside', () => 'here');
  await server.ready();
}

async function call(path: string, credential?: string, method: 'GET' | 'POST' = 'GET'): Promise<unknown[]> {
  const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  const { statusCode, body } = await app.inject({ method, url: path, headers });
  return [statusCode, body.startsWith('{') ? (JSON.parse(body) as { code: string }).code : body];
}

beforeEach(() => {
  log = RecordingLog.install();
  parsed = 0;
});
afterEach(() => app.close());

describe(admitCallers.name, () => {
  it('authorizes by the access rule of the route', async () => {
    await start({});

    expect(await call('/public')).toEqual([200, 'here']);
    expect(await call('/scoped')).toEqual([401, 'unauthenticated']);
    expect(await call('/scoped', key)).toEqual([200, 'billing']);
    expect(await call('/page')).toEqual([401, 'unauthenticated']);
    expect(await call('/page', key)).toEqual([200, 'here']);
  });

  it('opens a page if the deployment is configured so', async () => {
    await start({ METRICS_PUBLIC: true });

    expect(await call('/page')).toEqual([200, 'here']);
  });

  it.each(['GET', 'POST'] as const)(
    'refuses all callers on a route without an access rule, and logs an error: %s',
    async (method) => {
      await start({});

      expect(await call('/silent', undefined, method)).toEqual([401, 'unauthenticated']);
      expect(await call('/silent', key, method)).toEqual([403, 'route-closed']);
      expect(log.at('error')).toEqual([{ message: 'Route without an access rule refused', url: '/silent' }]);
    },
  );

  it('refuses all callers on a route without an access rule, also in a mode without credentials', async () => {
    await start({ ACCESS_MODE: 'open' });

    expect(await call('/silent')).toEqual([403, 'route-closed']);
    expect(await call('/scoped')).toEqual([200, 'anonymous']);
  });

  it('closes a route beside the controllers that declares no access', async () => {
    await start({});

    expect(await call('/beside')).toEqual([401, 'unauthenticated']);
    expect(await call('/beside', key)).toEqual([403, 'route-closed']);
    expect(parsed).toBe(0);
  });

  it('refuses a caller without the scope before the body is read', async () => {
    await start({});

    expect(await call('/written', key, 'POST')).toEqual([403, 'insufficient-scope']);
    expect(parsed).toBe(0);
  });

  it('takes the caller of a forwarded request from the proof of the sending replica', async () => {
    await start({});
    const { body } = await app.inject({ url: '/scoped', headers: { 'x-vouched': 'yes' } });

    expect(body).toBe('vouched');
  });
});
