/**
 * The portal session from which somebody took an entitlement's role. AWS documents no record of that step in the portal: the session
 * is told by being the only one that was open, better by a call within seconds. Never sure, because nothing was measured.
 */
import type { Person } from "../../person.ts";
import { epoch, SECOND } from "../../time.ts";
import { draftId, type Draft } from "../draft.ts";
import { byTime, firstFrom, type Timed } from "./near.ts";

const AROUND = 5 * SECOND;
const CALLED = 0.8;
const ALONE = 0.6;

/** Puts the links on entitlement roles. */
export function linkEntitlements(
  person: Person,
  roles: readonly Draft[],
  portals: readonly Draft[],
): void {
  if (roles.length === 0) return;
  const uses = usesOf(portals);
  for (const role of roles) {
    const open = portals.filter((portal) => isOpen(portal, role));
    const calling = calledAt(uses, epoch(role.startedAt));
    const called = open.filter((portal) => calling.has(portal));
    const only = called.length === 1 ? called[0] : open.length === 1 ? open[0] : undefined;
    if (only === undefined) continue;
    const isCalled = called.length === 1;
    role.links.push({
      sessionId: draftId(person, only),
      kind: "portal",
      confidence: isCalled ? CALLED : ALONE,
      basis: "inferred",
      reasons: [
        ...(isCalled ? [`portal used within ${AROUND / SECOND} s`] : []),
        open.length === 1 ? "only portal session then open" : "only portal session then used",
      ],
    });
  }
}

function isOpen(portal: Draft, role: Draft): boolean {
  const at = role.startedAt;
  return (
    portal.startedAt <= at &&
    (portal.ended === null || portal.ended.at > at) &&
    (portal.endsAt.at === null || portal.endsAt.at > at)
  );
}

interface Use extends Timed {
  readonly portal: Draft;
}

function usesOf(portals: readonly Draft[]): Use[] {
  const uses: Use[] = [];
  for (const portal of portals) {
    for (const event of portal.exact) uses.push({ at: epoch(event.occurredAt), portal });
  }
  return uses.sort(byTime);
}

/** Portal sessions with a call around the instant. */
function calledAt(uses: readonly Use[], at: number): Set<Draft> {
  const called = new Set<Draft>();
  for (
    let i = firstFrom(uses, at - AROUND);
    i < uses.length && uses[i]!.at <= at + AROUND;
    i += 1
  ) {
    called.add(uses[i]!.portal);
  }
  return called;
}
