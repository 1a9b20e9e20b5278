/**
 * Sessions as they stood at an instant in the past: rebuilt from the events before it, because what ended later was alive then. The ids
 * are those of the stored sessions.
 */
import type { SessionView } from "#core/domain/session";
import type { Instant } from "#core/domain/time";
import { selected } from "#core/flows/session-views";
import { firstOf, newestFirst, type SessionsAsked, type SessionsFound } from "./page.ts";
import type { Past } from "./past.ts";

/** Faults as `Past.at`. */
export async function rebuiltPage(
  past: Past,
  asked: SessionsAsked,
  asOf: Instant,
): Promise<SessionsFound> {
  const found: SessionView[] = [];
  const { persons, after, limit } = asked;
  for await (const { sessions } of past.at(asOf, persons)) {
    for (const session of sessions) {
      const view = selected(session, asked, asOf);
      if (view !== null && (after === null || newestFirst(view, after) > 0)) found.push(view);
    }
  }
  return firstOf(found.toSorted(newestFirst), limit);
}
