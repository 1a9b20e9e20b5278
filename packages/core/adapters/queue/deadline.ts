/**
 * Bounds a wait on a library that may wait for ever, as BullMQ does while its database is away.
 * It does not stop what was begun: its late outcome, an error too, is dropped.
 */

/** A database that takes longer to answer nothing counts as away. */
export const PING_MILLISECONDS = 2_000;

/** Answers as the promise does, or rejects with a plain error after so many milliseconds. */
export async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
