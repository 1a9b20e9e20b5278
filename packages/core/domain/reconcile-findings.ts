/**
 * What becomes of the findings about a person or an organisation when the rules have spoken: opened, refreshed, resolved or left alone. Pure.
 * A finding opens at the instant its condition became true, not at the sweep: its `openedAt` is the detection's `since` and no
 * refresh moves it while that stays. When a late record moves `since` itself, `openedAt` follows and the earlier value stays in
 * `evidence.earlier`, so that any order of arrival ends in the same `openedAt` and nothing changes silently.
 */
import type { Detection, Finding, FindingOwner, OrganisationKey } from "./finding.ts";
import { canonicalJson, derivedId } from "./ids.ts";
import type { PersonKey } from "./person.ts";
import type { Instant } from "./time.ts";

/** A detection and the rule that made it. */
export interface AttributedDetection extends Detection {
  readonly ruleId: string;
  readonly ruleVersion: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** A period in which the finding stood before; `resolvedAt` is null where a late record corrected its beginning. */
export interface EarlierPeriod {
  readonly openedAt: Instant;
  readonly resolvedAt: Instant | null;
}

export interface Reconciliation {
  /** New, or resolved before: the store keeps what it knows of an earlier period in `evidence.earlier`. */
  readonly opened: readonly Finding[];
  readonly refreshed: readonly Finding[];
  readonly resolved: readonly Finding[];
  readonly unchanged: readonly Finding[];
}

/** The id a detection's finding has, in every rebuild. */
export function findingId(
  ruleId: string,
  owner: PersonKey | OrganisationKey,
  key: readonly string[],
): string {
  return "instanceArn" in owner
    ? derivedId("fin", ruleId, owner.instanceArn, ...key)
    : derivedId("fin", ruleId, owner.identityStoreArn, owner.userId, ...key);
}

function findingOf(detection: AttributedDetection, owner: FindingOwner): Finding {
  const { ruleId, ruleVersion, parameters, since } = detection;
  return {
    id: findingId(ruleId, owner, detection.key),
    ruleId,
    ruleVersion,
    severity: detection.severity,
    subject: detection.subject,
    user: "instanceArn" in owner ? null : owner,
    instanceArn: "instanceArn" in owner ? owner.instanceArn : null,
    openedAt: since,
    lastSeenAt: detection.lastSeenAt,
    resolvedAt: null,
    state: "open",
    summary: detection.summary,
    evidence: { ...detection.evidence, parameters },
    eventIds: detection.eventIds,
  };
}

/** The stored finding as the detection now tells it: a person's acknowledgement and the earlier periods are kept. */
function refreshedFrom(stored: Finding, seen: Finding): Finding {
  const known = (stored.evidence["earlier"] ?? []) as readonly EarlierPeriod[];
  const earlier =
    stored.openedAt === seen.openedAt
      ? known
      : [...known, { openedAt: stored.openedAt, resolvedAt: null }];
  return {
    ...seen,
    state: stored.state,
    evidence: earlier.length === 0 ? seen.evidence : { ...seen.evidence, earlier },
  };
}

/**
 * `open` are the owner's findings that are not resolved, of the rules that could be judged: those of a rule that threw are left
 * out by the caller, and stay. What is open and not detected any more is resolved at `now`, the first instant at which it is
 * known not to hold. Two detections with one key count once, the first.
 */
export function reconcileFindings(
  open: readonly Finding[],
  detections: readonly AttributedDetection[],
  owner: FindingOwner,
  now: Instant,
): Reconciliation {
  const stored = new Map(open.map((finding) => [finding.id, finding]));
  const result = {
    opened: [] as Finding[],
    refreshed: [] as Finding[],
    resolved: [] as Finding[],
    unchanged: [] as Finding[],
  };
  const seenIds = new Set<string>();
  for (const detection of detections) {
    const seen = findingOf(detection, owner);
    if (seenIds.has(seen.id)) continue;
    seenIds.add(seen.id);
    const before = stored.get(seen.id);
    if (before === undefined) {
      result.opened.push(seen);
      continue;
    }
    const after = refreshedFrom(before, seen);
    const same =
      canonicalJson({ ...after, user: null }) === canonicalJson({ ...before, user: null });
    (same ? result.unchanged : result.refreshed).push(same ? before : after);
  }
  for (const finding of open) {
    if (!seenIds.has(finding.id)) {
      result.resolved.push({ ...finding, state: "resolved", resolvedAt: now });
    }
  }
  return result;
}
