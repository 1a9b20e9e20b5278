/**
 * What a person holds, one item for each account and permission set or role, with all the paths to it: a reviewer decides on the
 * item, and use is known for it, not for a path. Pure; in the order of account and ARN.
 */
import { heldArn, heldName, type EffectiveAccess } from "../domain/access.ts";
import { between, DAY, earliest, HOUR, latest, plus, type Instant } from "../domain/time.ts";

export interface Holding {
  /** The same on each path but for the path itself and when it was granted. */
  readonly row: EffectiveAccess;
  readonly paths: readonly EffectiveAccess[];
  readonly arn: string;
  /** `Developer in workload (444455556666)`. */
  readonly place: string;
  /** When the access began, by its oldest path; null when that is older than anything that was read. */
  readonly grantedAt: Instant | null;
  /** The same, or by when a crawl first saw it. */
  readonly heldFrom: Instant | null;
}

export function holdingsOf(access: readonly EffectiveAccess[]): Holding[] {
  const paths = new Map<string, EffectiveAccess[]>();
  for (const path of access) {
    const key = `${path.accountId} ${heldArn(path)}`;
    const known = paths.get(key);
    if (known === undefined) paths.set(key, [path]);
    else known.push(path);
  }
  return [...paths.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, [row, ...more]]) => (row === undefined ? [] : [holding(row, [row, ...more])]));
}

function holding(row: EffectiveAccess, paths: readonly EffectiveAccess[]): Holding {
  return {
    row,
    paths,
    arn: heldArn(row),
    place: `${heldName(row)} in ${row.accountName} (${row.accountId})`,
    grantedAt: paths.some((path) => path.grantedAt === null)
      ? null
      : earliest(...paths.map((path) => path.grantedAt)),
    heldFrom: earliest(...paths.map((path) => path.grantedAt ?? path.grantedNotAfter)),
  };
}

/** Evidence of what is held and by which ways. */
export function heldEvidence({ row, arn, paths }: Holding): Record<string, unknown> {
  return {
    accountId: row.accountId,
    accountTier: row.accountTier,
    heldArn: arn,
    heldName: heldName(row),
    paths: paths.map(({ path, grantedAt, grantedNotAfter, grantedBy }) => ({
      path: path.map(({ kind, id, name }) => ({ kind, id, name })),
      grantedAt,
      grantedNotAfter,
      grantedBy,
    })),
  };
}

/**
 * Since when it counts as unused for so many days: hours that were not read are added, because a use in them would not have been seen.
 * Null where use was never observed.
 */
export function unusedFrom({ row, grantedAt }: Holding, unusedDays: number): Instant | null {
  if (row.observedSince === null) return null;
  const quietFrom = latest(row.lastUsedAt, grantedAt, row.observedSince) ?? row.observedSince;
  return plus(quietFrom, unusedDays * DAY + row.observationGaps * HOUR);
}

/** Whole days of which the use was read. */
export function observedDays(row: EffectiveAccess, now: Instant): number {
  if (row.observedSince === null) return 0;
  const read = between(row.observedSince, now) - row.observationGaps * HOUR;
  return Math.max(0, Math.floor(read / DAY));
}
