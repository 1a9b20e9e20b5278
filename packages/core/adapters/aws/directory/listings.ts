/**
 * How the parts of a crawl read and what they tell beside it. Guarantees that only what may be missing is: a listing that this
 * caller may not ask is empty with a note that says what would mend it, every other failure passes.
 */
import type { CrawlNote } from "../../../domain/access.ts";
import type { Listing } from "../../../ports/access/directory.ts";
import type { AwsClients } from "../clients.ts";
import { answeredName, isAbsent, isDenied } from "../faults.ts";
import { collect } from "../paging.ts";

export interface Page {
  readonly NextToken?: string | undefined;
}

/** One listing to its end, throttling waited out. `doing` completes "AWS did not …". */
export function list<P extends Page, T>(
  clients: Pick<AwsClients, "call">,
  doing: string,
  read: (token: string | undefined) => Promise<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
  keyOf: (item: T) => string,
): Promise<T[]> {
  return collect(doing, (token) => clients.call(doing, () => read(token)), itemsOf, keyOf);
}

export const whole = <T>(items: readonly T[], notes: readonly CrawlNote[] = []): Listing<T> => ({
  items,
  notes,
});

export const unread = (about: string, problem: string): CrawlNote => ({
  kind: "unread",
  about,
  problem,
});

export const odd = (about: string, problem: string): CrawlNote => ({ kind: "odd", about, problem });

/** It was listed, and was gone when it was asked for. */
export const vanished = (what: string, about: string): CrawlNote => ({
  kind: "changed",
  about,
  problem: `The ${what} ${about} was deleted while the directory was read: the next snapshot is without it.`,
});

/** What AWS calls the refusal, for a sentence. */
export const refusalOf = (error: unknown): string => answeredName(error) || "no answer";

/** Nothing with a note where the caller may not ask for it. `allow` names the action that would mend it. */
export async function unlessDenied<T, D>(
  read: () => Promise<T>,
  otherwise: D,
  note: () => CrawlNote,
  notes: CrawlNote[],
): Promise<T | D> {
  try {
    return await read();
  } catch (error) {
    if (!isDenied(error)) throw error;
    notes.push(note());
    return otherwise;
  }
}

/** Nothing with a note where it was deleted meanwhile. */
export async function unlessGone<T>(
  read: () => Promise<readonly T[]>,
  what: string,
  about: string,
): Promise<Listing<T>> {
  try {
    return whole(await read());
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return whole([], [vanished(what, about)]);
  }
}
