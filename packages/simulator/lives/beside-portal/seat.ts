/** Where somebody sits who takes a way beside the portal's own: the portal session of the day, made again. It adds no record. */
import type { Person } from "../../model.ts";
import { HOUR, MINUTE } from "../../random.ts";
import { portalOfDay, shapeOf } from "../person-day.ts";
import { emptyPlan, type Session, type Stage } from "../stage.ts";

/** The portal session that the person has on that day, made again; null on a day off. */
export function seat(
  stage: Stage,
  person: Person,
  day: number,
): { portal: Session; at: number } | null {
  const shape = shapeOf(stage, person, day);
  const dice = stage.dice("entitled", person.userId, day);
  if (!shape.active || !dice.chance(0.6)) return null;
  const portal = portalOfDay(stage, emptyPlan(), person, day, false);
  const at = Math.max(portal.startAt, shape.beginsAt) + HOUR + dice.int(0, 50) * MINUTE;
  return at < shape.endsAt - HOUR ? { portal, at } : null;
}
