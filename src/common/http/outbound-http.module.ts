import { HttpService } from '@nestjs/axios';
import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { NameResolver } from '../names/name-resolver';
import { HttpClient } from './http-client';
import { type OutboundOptions, OutboundPool } from './outbound-pool';
import { undiciHttpService } from './undici-http-service';

/** Makes the options of a pool from global providers. */
type OutboundOptionsFactory = Pick<FactoryProvider<OutboundOptions>, 'inject' | 'useFactory'>;

const OUTBOUND_OPTIONS = Symbol('OutboundOptions');
const ANYWHERE: OutboundOptionsFactory = { useFactory: () => ({}) };

/**
 * Provides the importing module with an `HttpClient` over a connection pool of its own.
 *
 * @publicApi
 */
@Module({})
export class OutboundHttpModule {
  static withConnections(connections: number, options: OutboundOptionsFactory = ANYWHERE): DynamicModule {
    return {
      module: OutboundHttpModule,
      providers: [
        { provide: OUTBOUND_OPTIONS, ...options },
        {
          provide: OutboundPool,
          inject: [OUTBOUND_OPTIONS, { token: NameResolver, optional: true }],
          useFactory: (chosen: OutboundOptions, names?: NameResolver) =>
            new OutboundPool(connections, { ...(names && { resolve: names.resolve }), ...chosen }),
        },
        {
          provide: HttpService,
          inject: [OutboundPool],
          useFactory: undiciHttpService,
        },
        HttpClient,
      ],
      exports: [HttpClient],
    };
  }
}
