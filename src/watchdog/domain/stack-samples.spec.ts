import { StackSamples } from './stack-samples';

function frame(name: string): { name: string; url: string; line: number; column: number } {
  return { name, url: 'file:///app/dist/a.js', line: 7, column: 3 };
}

describe(StackSamples.name, () => {
  it('shows a stack as Node does', () => {
    const samples = new StackSamples();
    samples.add([frame('sort'), frame('')]);
    samples.add([frame('sort'), frame('')]);

    expect(samples.toString()).toBe(
      '    at sort (/app/dist/a.js:7:3)\n    at <anonymous> (/app/dist/a.js:7:3)',
    );
  });

  it('shows the most frequent of several stacks first, with counts', () => {
    const samples = new StackSamples();
    for (const name of ['parse', 'sort', 'sort']) samples.add([frame(name)]);

    expect(samples.toString()).toBe(
      '2 of 3 samples:\n    at sort (/app/dist/a.js:7:3)\n1 of 3 samples:\n    at parse (/app/dist/a.js:7:3)',
    );
  });

  it('is empty without a sample, and bounded with many', () => {
    const samples = new StackSamples();
    expect(samples.toString()).toBe('');

    for (let depth = 1; depth < 100; depth += 1) samples.add(Array.from({ length: depth }, () => frame('f')));
    expect(samples.toString().split('\n').length).toBeLessThan(60);
  });
});
