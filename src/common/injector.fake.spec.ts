import { Injectable } from '@nestjs/common';
import { FakeInjector } from './injector.fake';

abstract class Port {
  abstract readonly name: string;
}

@Injectable()
class Store {
  constructor(readonly port: Port) {}
}

@Injectable()
class Service {
  constructor(
    readonly store: Store,
    readonly port: Port,
  ) {}
}

class Plain {
  readonly name = 'plain';
}

@Injectable()
class NeedsPlain {
  constructor(readonly plain: Plain) {}
}

describe(FakeInjector.name, () => {
  const port: Port = { name: 'given' };

  it('creates a class and its dependencies once each, over the overrides', () => {
    const injector = new FakeInjector([[Port, port]]);
    const service = injector.get(Service);

    expect(service.port).toBe(port);
    expect(service.store.port).toBe(port);
    expect(injector.get(Store)).toBe(service.store);
    expect(injector.get(Service)).toBe(service);
  });

  it('prefers an override to a class that it could create', () => {
    const store = new Store(port);
    expect(
      new FakeInjector([
        [Port, port],
        [Store, store],
      ]).get(Service).store,
    ).toBe(store);
  });

  it.each([
    [Service, 'No override, and not injectable: Service -> Store -> Port'],
    [NeedsPlain, 'No override, and not injectable: NeedsPlain -> Plain'],
  ])('names the path to a dependency of %p that cannot be created', (type, message) => {
    expect(() => new FakeInjector([]).get<object>(type)).toThrow(message);
  });
});
