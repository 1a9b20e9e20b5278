/** Whether an observer can tell in which portal session a token was granted, and which sign-in began a portal session. */
import { MINUTE } from "../../random.ts";
import { isGrant, systemOf } from "./alike.ts";
import { AROUND, isOpen, wasSeenBefore, type Histories, type Life } from "./observed.ts";
import type { CrowdLink } from "../truth.ts";
import type { Undecidable } from "./undecidable.ts";

/** A sign-in and what its session shows first. */
const SIGN_IN = 5 * MINUTE;

export function whyNotToken(histories: Histories, life: Life): Undecidable | null {
  const { session } = life;
  const first = life.own.find(isGrant);
  if (first === undefined || first.draft.at > session.startAt)
    return "the record that began it was not seen";
  const parent = histories.byKey.get(session.parent?.key ?? "");
  if (parent === undefined || !wasSeenBefore(parent, first))
    return "no record of the origin was seen before";
  if (parent.session.ip !== session.ip) return "approved from another address";
  const grantType = (first.record["requestParameters"] as { grantType?: string }).grantType;
  const candidates = histories.lives.filter(
    (other) =>
      other.session.kind === "portal" &&
      other.session.ip === session.ip &&
      wasSeenBefore(other, first) &&
      isOpen(histories, other, first.at) &&
      (grantType !== "authorization_code" || systemOf(other.session) === systemOf(session)),
  );
  return candidates.length === 1 && candidates[0] === parent ? null : "several portal sessions fit";
}

export function signInLink({ lives }: Histories, life: Life): CrowdLink[] {
  const done = life.own.find(({ record }) => record["eventName"] === "UserAuthentication");
  if (done === undefined) return [];
  const session = life.session.key;
  const link = { session, from: done.record.eventID, kind: "portal → sign-in" as const };
  const first = life.own.find(({ record }) => record["eventName"] === "Authenticate");
  if (first === undefined)
    return [{ ...link, decidable: false, why: "the record that began it was not seen" }];
  if (first.credentialId === null)
    return [
      { ...link, decidable: false, why: "the call that handed it out lost its credential id" },
    ];
  const rival = lives.some(
    (other) =>
      other !== life &&
      other.session.ip === life.session.ip &&
      other.session.userAgent === life.session.userAgent &&
      other.own.some(
        (one) =>
          one.record["eventName"] === "UserAuthentication" &&
          first.at - one.at >= -AROUND &&
          first.at - one.at <= SIGN_IN,
      ),
  );
  return [{ ...link, decidable: !rival, why: rival ? "several sign-ins fit" : null }];
}
