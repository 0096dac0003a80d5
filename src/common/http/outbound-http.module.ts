import { HttpModule } from '@nestjs/axios';
import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { NameResolver } from '../names/name-resolver';
import { HttpClient } from './http-client';
import { type OutboundOptions, OutboundPool } from './outbound-pool';
import { undiciAdapter } from './undici-adapter';

/** Makes the options of a pool from global providers. */
type OutboundOptionsFactory = Pick<FactoryProvider<OutboundOptions>, 'inject' | 'useFactory'>;

const OUTBOUND_OPTIONS = Symbol('OutboundOptions');
const ANYWHERE: OutboundOptionsFactory = { useFactory: () => ({}) };

@Module({})
class OutboundPoolModule {}

/**
 * Provides the importing module with an `HttpClient` over a connection pool of its own.
 *
 * @publicApi
 */
@Module({})
export class OutboundHttpModule {
  static withConnections(connections: number, options: OutboundOptionsFactory = ANYWHERE): DynamicModule {
    const pool: DynamicModule = {
      module: OutboundPoolModule,
      providers: [
        { provide: OUTBOUND_OPTIONS, ...options },
        {
          provide: OutboundPool,
          inject: [OUTBOUND_OPTIONS, { token: NameResolver, optional: true }],
          useFactory: (chosen: OutboundOptions, names?: NameResolver) =>
            new OutboundPool(connections, { ...(names && { resolve: names.resolve }), ...chosen }),
        },
      ],
      exports: [OutboundPool],
    };
    const http = HttpModule.registerAsync({
      imports: [pool],
      inject: [OutboundPool],
      useFactory: (agent: OutboundPool) => ({
        adapter: undiciAdapter(agent),
        // Bodies travel as text in both directions; the sender of the request parses them.
        transformRequest: [(data: unknown) => data],
        transformResponse: [(data: unknown) => data],
      }),
    });
    return { module: OutboundHttpModule, imports: [http], providers: [HttpClient], exports: [HttpClient] };
  }
}
