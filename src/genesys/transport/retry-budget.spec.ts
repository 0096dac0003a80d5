import { RetryBudget } from './retry-budget';

function spendAll(budget: RetryBudget): number {
  let spent = 0;
  while (budget.trySpend()) spent += 1;
  return spent;
}

describe(RetryBudget.name, () => {
  it('begins with a few retries saved up', () => {
    expect(spendAll(new RetryBudget())).toBe(20);
  });

  it('earns one retry with ten requests', () => {
    const budget = new RetryBudget();
    spendAll(budget);

    for (let requests = 0; requests < 9; requests += 1) budget.earn();
    expect(budget.trySpend()).toBe(false);

    // Two more rather than one: a tenth is not exact in binary.
    for (let requests = 0; requests < 2; requests += 1) budget.earn();
    expect(budget.trySpend()).toBe(true);
    expect(budget.trySpend()).toBe(false);
  });

  it('saves up no more than it began with, however many requests are made', () => {
    const budget = new RetryBudget();
    for (let requests = 0; requests < 10_000; requests += 1) budget.earn();

    expect(spendAll(budget)).toBe(20);
  });

  it('keeps retries at a tenth of the requests when every request fails', () => {
    const budget = new RetryBudget();
    spendAll(budget);
    let retries = 0;
    for (let requests = 0; requests < 1_000; requests += 1) {
      budget.earn();
      if (budget.trySpend()) retries += 1;
    }

    expect(retries).toBeGreaterThan(80);
    expect(retries).toBeLessThanOrEqual(100);
  });
});
