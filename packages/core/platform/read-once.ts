/** What takes long to read and never changes is read when it is first asked for, and once a process. What failed is read again. */

/** The first call reads, every other one is answered from it. */
export function readOnce<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null;
  return () =>
    (reading ??= read().catch((error: unknown) => {
      reading = null;
      throw error;
    }));
}
