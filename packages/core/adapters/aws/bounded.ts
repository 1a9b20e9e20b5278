/**
 * Runs work on many items, a few at a time. Guarantees results in the order of the items, and that after the first failure
 * nothing more is started, what runs is awaited, and that failure is thrown.
 */
export async function eachBounded<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = Array.from<R>({ length: items.length });
  const entries = items.entries();
  let failed = false;
  const lane = async () => {
    for (const [index, item] of entries) {
      if (failed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  const failure = lanes.find((one) => one.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return results;
}
