import { HttpModule } from '@nestjs/axios';
import { type DynamicModule, Module } from '@nestjs/common';
import { OutboundPool } from './outbound-pool';
import { undiciAdapter } from './undici.adapter';

@Module({})
class OutboundPoolModule {}

/** Gives the importing module an `HttpService` over a connection pool of its own. */
@Module({})
export class OutboundHttpModule {
  static withConnections(connections: number): DynamicModule {
    const pool: DynamicModule = {
      module: OutboundPoolModule,
      providers: [{ provide: OutboundPool, useFactory: () => new OutboundPool(connections) }],
      exports: [OutboundPool],
    };
    const http = HttpModule.registerAsync({
      imports: [pool],
      inject: [OutboundPool],
      useFactory: (agent: OutboundPool) => ({
        adapter: undiciAdapter(agent),
        // Bodies travel as text in both directions: what they mean is decided by who sent the request.
        transformRequest: [(data: unknown) => data],
        transformResponse: [(data: unknown) => data],
      }),
    });
    return { module: OutboundHttpModule, imports: [http], exports: [HttpModule] };
  }
}
