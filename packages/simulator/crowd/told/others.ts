/**
 * Whether an observer can tell where a chained role, an `aws login`, its credentials or a role of the account access manager came from.
 * Keys tell the first three as soon as the records that carry them were seen; of the last nothing tells but its use.
 */
import { isAlike } from "./alike.ts";
import { isOpen, wasSeenBefore, type Histories, type Life } from "./observed.ts";
import type { Shown } from "../shown.ts";
import { isSameRow } from "./role.ts";
import { createdAt } from "../shown.ts";
import type { Undecidable } from "./undecidable.ts";

/** `unkept`: the call was shown and names neither a person nor a permission set's role. */
export function whyNotChained({ unkept }: Histories, { vend, session }: Life): Undecidable | null {
  if (vend !== null) return null;
  return unkept.has(session.key)
    ? "the call that took it names nobody"
    : "the call that handed it out was not seen";
}

const hasToken = ({ own }: Life): boolean =>
  own.some(({ record }) => record["eventName"] === "CreateOAuth2Token");

export function whyNotLogin(life: Life): Undecidable | null {
  return hasToken(life) ? null : "the record that began it was not seen";
}

/** Credentials that a login minted repeat its sign-in session, which two clients of one console session share. */
export function whyNotMinted(histories: Histories, life: Life): Undecidable | null {
  const { lives, byKey, stage, profile, signInSessions } = histories;
  const login = byKey.get(life.session.parent?.key ?? "");
  if (login === undefined || !hasToken(login)) return "the record that began it was not seen";
  const arn = signInSessions.get(login.session.key) ?? null;
  if (arn === null) return "no record names the sign-in session";
  const sharing = lives.filter(
    (other) => signInSessions.get(other.session.key) === arn && hasToken(other),
  );
  const fitting = sharing.filter((other) => isUsedBy(other, life.own));
  if (sharing.length > 1 && (fitting.length !== 1 || fitting[0] !== login))
    return "several logins share the sign-in session";
  const created = createdAt(stage, profile, life.session);
  const twice = lives.some(
    (other) =>
      other !== life &&
      other.session.kind === "role" &&
      other.session.role?.roleId === life.session.role?.roleId &&
      other.session.parent !== life.session.parent &&
      isSameRow(histories, other, created),
  );
  return twice ? "the same role was issued twice in the same second" : null;
}

/** Work in the browser of one portal session alone tells it; work elsewhere may be by token or with copied credentials. */
export function whyNotEntitled(histories: Histories, life: Life): Undecidable | null {
  const issued = life.own.find(({ draft }) => draft.step === "assume");
  if (issued === undefined) return "the record that began it was not seen";
  const portals = histories.lives.filter(
    (other) => other.session.kind === "portal" && wasSeenBefore(other, issued),
  );
  const parent = portals.find(({ session }) => session === life.session.parent);
  const used = life.own.filter(({ draft }) => draft.step === "call");
  const alike = portals.filter(
    (portal) => isOpen(histories, portal, issued.at) && isUsedBy(portal, used),
  );
  if (alike.length > 1) return "several portal sessions fit";
  if (alike.length === 1 && alike[0] === parent) return null;
  return parent === undefined && life.session.parent?.kind === "portal"
    ? "no record of the origin was seen before"
    : "its use does not tell browser from command line";
}

/** Whether somebody used it who seems to hold the other session. */
const isUsedBy = (holder: Life, used: readonly Shown[]): boolean =>
  used.some((one) => holder.own.some((other) => isAlike(one, other)));
