/** Resolves once the condition holds; rejects when it does not within ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`It did not come true: ${String(condition)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
