/**
 * Walks the pages of a listing to its end. Guarantees that an empty page with a token is no end, that a token which comes back
 * ends the walk with a fault instead of a loop, and that an item repeated on a later page counts once; a listing whose token AWS no
 * longer takes, or gives again, begins anew a few times. A walk is no snapshot: AWS lists what exists while it is asked.
 */
import { Fault } from "../../domain/fault.ts";
import { awsErrorName } from "./faults.ts";

export interface TokenPage {
  readonly NextToken?: string | undefined;
}

/** The pages as AWS answers them. `listing` names it in the fault: `ListUsers`. */
export async function* pages<P extends TokenPage>(
  listing: string,
  read: (token: string | undefined) => Promise<P>,
): AsyncGenerator<P, void, undefined> {
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await read(token);
    token = page.NextToken === "" ? undefined : page.NextToken;
    if (token !== undefined && seen.has(token)) throw new TokenLoop(listing);
    if (token !== undefined) seen.add(token);
    yield page;
  } while (token !== undefined);
}

/** A listing that outlives its token so often would never end. */
const BEGINNINGS = 3;

/** Names under which the services refuse a page token. */
const TOKEN_REFUSALS = new Set([
  "ValidationException",
  "InvalidInputException",
  "InvalidNextTokenException",
  "InvalidPaginationTokenException",
]);

/** All items by their key, in the order in which they were first seen; the newest answer for a key wins. */
export async function collect<P extends TokenPage, T>(
  listing: string,
  read: (token: string | undefined) => Promise<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
  keyOf: (item: T) => string,
): Promise<T[]> {
  for (let beginning = 1; ; beginning += 1) {
    const found = new Map<string, T>();
    let onward = false;
    try {
      const reading = async (token: string | undefined) => {
        onward = token !== undefined;
        return read(token);
      };
      for await (const page of pages(listing, reading)) {
        for (const item of itemsOf(page) ?? []) found.set(keyOf(item), item);
      }
      return [...found.values()];
    } catch (error) {
      const refused = onward && TOKEN_REFUSALS.has(awsErrorName(causeOf(error)));
      const mayMend = refused || error instanceof TokenLoop;
      if (!mayMend || beginning === BEGINNINGS) throw error;
    }
  }
}

/** What AWS said, of a fault that was made of it. */
function causeOf(error: unknown): unknown {
  return error instanceof Fault ? error.cause : error;
}

/** `aws.unexpected`: the listing has no end. */
export class TokenLoop extends Fault {
  constructor(listing: string) {
    super(
      "aws.unexpected",
      `AWS answered ${listing} with a page token that it had given before, so the listing has no end: try again.`,
      { detail: { listing } },
    );
  }
}
