/**
 * Which shown records are whose: each session with those that carry its credential or made it. Guarantees that a call which begins
 * another session counts for both, and that records which Curfew keeps nothing of count for none.
 */
import { eventIdOf } from "../../lives/record.ts";
import type { Stage } from "../../lives/stage.ts";
import type { Life } from "./observed.ts";
import { kindOf, type CrowdPlan } from "../plan.ts";
import type { Shown } from "../shown.ts";

export interface Attributed {
  lives: ReadonlyMap<string, Life>;
  /** Keys of chained sessions whose AssumeRole was shown and names nobody. */
  unkept: ReadonlySet<string>;
}

export function attributed(stage: Stage, plan: CrowdPlan, shown: readonly Shown[]): Attributed {
  const lives = new Map(
    plan.sessions.map((session): [string, Life] => [
      session.key,
      { session, kind: kindOf(plan, session), own: [], vend: null },
    ]),
  );
  for (const one of shown) if (!isUnkept(one)) attribute(lives, one);
  const unkept = new Set<string>();
  const byEvent = new Map(shown.map((one) => [one.record.eventID, one]));
  for (const [key, eventKeys] of plan.begunBy) {
    const life = lives.get(key);
    const begun = eventKeys.flatMap((name) => byEvent.get(eventIdOf(stage, name)) ?? []);
    const kept = begun.filter((one) => !isUnkept(one));
    if (kept.length < begun.length) unkept.add(key);
    if (life === undefined || kept.length === 0) continue;
    if (life.kind === "chained-role") life.vend = kept[0] ?? null;
    life.own.unshift(...kept);
  }
  return { lives, unkept };
}

function attribute(lives: ReadonlyMap<string, Life>, shown: Shown): void {
  const { session, step } = shown.draft;
  const life = session === null ? undefined : lives.get(session.key);
  if (life === undefined) return;
  life.own.push(shown);
  const parent = session?.parent ?? null;
  if (step !== "vend" || parent === null) return;
  life.vend = shown;
  lives.get(parent.key)?.own.push(shown);
}

/** A call of another role than a permission set's is kept where it names a person or a sign-in session. */
function isUnkept({ record }: Shown): boolean {
  const identity = record["userIdentity"] as {
    type?: string;
    arn?: string;
    onBehalfOf?: object;
    sessionContext?: { signInSessionArn?: string };
  };
  return (
    identity.type === "AssumedRole" &&
    identity.onBehalfOf === undefined &&
    identity.sessionContext?.signInSessionArn === undefined &&
    record["eventName"] !== "CreateTokenWithIAM" &&
    !String(identity.arn).includes(":assumed-role/AWSReservedSSO_")
  );
}
