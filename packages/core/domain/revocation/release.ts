/**
 * When a deny lease may end: every grant is re-read as gone, nothing that could still mint a role session is open, and the longest
 * role session has run out since the last grant was proven removed. Anything less prolongs it.
 */
import type { Instant } from "../time.ts";
import { plus } from "../time.ts";
import { LONGEST_ROLE_SESSION } from "./lifetime.ts";
import type { OpenItem } from "./proof.ts";

export type Release =
  | { readonly release: true; readonly why: string }
  | { readonly release: false; readonly why: string };

export function releaseLeases(facts: {
  readonly now: Instant;
  /** When the last grant was proven removed. */
  readonly grantsGoneAt: Instant | null;
  readonly open: readonly OpenItem[];
}): Release {
  const { now, grantsGoneAt, open } = facts;
  const access = open.find((item) => item.kind === "access");
  if (access !== undefined) return { release: false, why: access.why };
  if (grantsGoneAt === null) return { release: false, why: "no grant is proven removed yet" };
  // Credentials that outlive a session, or a session that is not proven over, would work again without the lease.
  const living = open.find((item) => item.until === null || item.until > now);
  if (living !== undefined) return { release: false, why: living.why };
  const due = plus(grantsGoneAt, LONGEST_ROLE_SESSION);
  return due <= now
    ? { release: true, why: `every grant is gone since ${grantsGoneAt} and no session can live` }
    : { release: false, why: `role sessions from before the removals may live until ${due}` };
}
