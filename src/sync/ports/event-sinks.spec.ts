import { FakeEventSink } from './event-sink.fake';
import { EventSinks } from './event-sinks';

describe(EventSinks.name, () => {
  it('keeps sinks in the order in which they came, by name', () => {
    const sinks = new EventSinks([new FakeEventSink('crm')]);
    const ledger = new FakeEventSink('ledger-2');
    sinks.add(ledger);

    expect(sinks.names).toEqual(['crm', 'ledger-2']);
    expect(sinks.get('ledger-2')).toBe(ledger);
    expect(sinks.get('nobody')).toBeUndefined();
  });

  it('refuses a name that is taken', () => {
    const sinks = new EventSinks([new FakeEventSink('crm')]);

    expect(() => {
      sinks.add(new FakeEventSink('crm'));
    }).toThrow('two event sinks named "crm"');
  });

  it.each(['', 'CRM', '1st', 'a.b', 'a/b', 'a b', 'a'.repeat(41)])('refuses the name "%s"', (name) => {
    expect(() => new EventSinks([new FakeEventSink(name)])).toThrow('cannot be the name');
  });
});
