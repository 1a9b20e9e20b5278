/**
 * Roles taken out of roles, one after another. Guarantees that what a chained role does names the person only where its context was
 * handed on, which AWS leaves to the caller (AWS: STS, SetContext); else the trail names a role and nobody behind it.
 */
import { SECOND } from "../../random.ts";
import { onBehalfOf } from "../../lives/record.ts";
import { call, chain } from "../../lives/roles.ts";
import type { Session, Stage } from "../../lives/stage.ts";
import { lastIdentity, type CrowdPlan } from "../plan.ts";
import type { Today } from "./today.ts";

const ROLES = ["deployer", "migration", "publisher"] as const;
/** How many roles lie one behind another at most. */
const DEEPEST = 3;

/** Takes a role out of `parent` and works in it; sometimes goes on from there. */
export function goOn(today: Today, parent: Session, at: number, depth = 1): void {
  const { stage, plan, profile } = today;
  const key = `chain/${parent.key}`;
  const dice = stage.dice("crowd-chain", key);
  const child = chain(stage, plan, parent, at, dice.pick(ROLES), key);
  if (depth > 1) nameLast(stage, plan, parent, isNamed(today, parent));
  plan.begunBy.set(key, [`${key}/AssumeRole`]);
  const named = isNamed(today, child);
  let when = child.startAt;
  for (let i = dice.int(1, 3); i > 0; i--) {
    when += dice.int(3, 240) * SECOND;
    call(stage, plan, child, when, { key: `${key}/call/${i}` });
    nameLast(stage, plan, child, named);
  }
  if (depth < DEEPEST && dice.chance(profile.deeperShare))
    goOn(today, child, when + 5 * SECOND, depth + 1);
}

const isNamed = ({ stage, profile }: Today, chained: Session): boolean =>
  stage.dice("crowd-context", chained.key).chance(profile.namedChainShare);

function nameLast(stage: Stage, plan: CrowdPlan, session: Session, named: boolean): void {
  if (named) lastIdentity(plan)["onBehalfOf"] = onBehalfOf(stage, session.person);
}
