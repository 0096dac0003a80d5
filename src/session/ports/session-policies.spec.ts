import { FakeSessionPolicy } from './session-policy.fake';
import { SessionPolicies } from './session-policies';

describe(SessionPolicies.name, () => {
  it('keeps policies in the order of their registration', () => {
    const policies = new SessionPolicies();
    const [second, first] = [new FakeSessionPolicy('a'), new FakeSessionPolicy('b-2')];
    policies.add(first);
    policies.add(second);

    expect(policies.all).toEqual([first, second]);
  });

  it('refuses a duplicate name', () => {
    const policies = new SessionPolicies();
    policies.add(new FakeSessionPolicy('opening-hours'));

    expect(() => {
      policies.add(new FakeSessionPolicy('opening-hours'));
    }).toThrow('two session policies named "opening-hours"');
  });

  it.each(['', 'Hours', '1st', 'a.b', 'a b', 'a'.repeat(41)])('refuses the name "%s"', (name) => {
    expect(() => {
      new SessionPolicies().add(new FakeSessionPolicy(name));
    }).toThrow('cannot be the name');
  });
});
