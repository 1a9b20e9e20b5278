/** Whether an observer can tell in which session a permission set's role was handed out. */
import { HOUR, MINUTE } from "../../random.ts";
import { isAlike, isGrant } from "./alike.ts";
import { AROUND, type Histories, type Life } from "./observed.ts";
import { createdAt, type Shown } from "../shown.ts";
import type { Undecidable } from "./undecidable.ts";

export function whyNotRole(histories: Histories, life: Life): Undecidable | null {
  const { vend, session } = life;
  if (vend === null) return "the call that handed it out was not seen";
  if (vend.credentialId === null) return "the call that handed it out lost its credential id";
  const { stage, profile } = histories;
  // Known by that very call alone, which names its origin.
  const calls = life.own.filter((one) => one !== vend);
  if (calls.length === 0) return whyNotChain(histories, life, vend);
  const created = createdAt(stage, profile, session);
  const alike = histories.lives.filter(
    (other) =>
      other !== life &&
      other.session.kind === "role" &&
      other.session.role?.roleId === session.role?.roleId,
  );
  if (alike.some((other) => isSameRow(histories, other, created) && differs(other, life)))
    return "the same role was issued twice in the same second";
  const rivals = alike.filter(
    (other) =>
      other.vend !== null && Math.abs(other.vend.at - created) <= AROUND && differs(other, life),
  );
  const used = calls.filter(({ draft }) => draft.step === "call" || isConsoleLogin(draft.record));
  const told = rivals.every(
    (rival) => rival.vend !== null && isOtherClient(used, vend, rival.vend),
  );
  if (!told) return "another call could have handed it out";
  return whyNotChain(histories, life, vend);
}

const isConsoleLogin = (record: Record<string, unknown>): boolean =>
  record["eventName"] === "ConsoleLogin";

const differs = (one: Life, other: Life): boolean => one.session.parent !== other.session.parent;

/** Records of both carry one principal and creation date. */
export function isSameRow({ stage, profile }: Histories, other: Life, created: number): boolean {
  const row = other.own.some((one) => one !== other.vend);
  return row && createdAt(stage, profile, other.session) === created;
}

/** Whether the session's own use tells the one call from the other. */
function isOtherClient(used: Shown[], vend: Shown, rival: Shown): boolean {
  return used.some((one) => isAlike(one, vend) && !isAlike(one, rival));
}

/** A token's credential is in no grant: like clients with current tokens cannot be told apart. */
function whyNotChain(histories: Histories, life: Life, vend: Shown): Undecidable | null {
  if (life.session.parent?.kind !== "token") return null;
  const current = histories.lives.filter(
    (other) =>
      other.session.kind === "token" &&
      other.own.some((one) => {
        const age = vend.at - one.at;
        return isGrant(one) && isAlike(one, vend) && age >= -AROUND && age <= HOUR + MINUTE;
      }),
  );
  const isTold =
    current.length === 0 || (current.length === 1 && current[0]?.session === life.session.parent);
  return isTold ? null : "several token chains of like clients were current";
}
