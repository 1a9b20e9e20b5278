/** Every way of making one assumption untrue behind the proof by the latest end that a portal session can have. */
import { DAY, epoch, HOUR, MINUTE, plus } from "#core/domain/time";
import { boundToken, certainty, type Flip } from "./assumptions.ts";
import { OWNER_ACCOUNT, portal } from "./records.ts";
import { CREDENTIAL, PERSON, REQUESTED, row } from "./world.ts";

/** The portal session's end is 7 hours after the request; its clock may be a minute off. */
const BOUND = plus(REQUESTED, 7 * HOUR);

export const BY_BOUND: readonly Flip[] = [
  ["the portal's duration is not known", (world) => (world.portalMinutes = null)],
  ["the portal's end is unknown", (world) => (world.change = certainty("portal", "unknown"))],
  ["the bound has not passed", (world) => (world.now = plus(BOUND, -MINUTE))],
  ["a clock may still be behind", (world) => (world.now = plus(BOUND, 59_000))],
  [
    "no record from past the bound may have come yet",
    (world) => (world.now = plus(BOUND, 30 * MINUTE)),
  ],
  [
    "the portal session was used after the bound",
    (world) =>
      world.events.push(
        portal(PERSON, plus(BOUND, 61_000), CREDENTIAL, {
          action: "list",
          accountId: OWNER_ACCOUNT,
        }),
      ),
  ],
  ["it is a token, which an extended session outlives", (world) => (world.change = boundToken)],
  [
    "the owner account's trail ends at the bound",
    (world) =>
      (world.coverage = world.coverage.map((one) =>
        one.accountId === OWNER_ACCOUNT ? row(OWNER_ACCOUNT, plus(REQUESTED, -DAY), BOUND) : one,
      )),
  ],
  [
    "a file of the owner account's trail after the bound was not read",
    (world) =>
      (world.coverage = world.coverage.map((one) =>
        one.accountId === OWNER_ACCOUNT
          ? { ...one, unread: [[epoch(BOUND), epoch(plus(BOUND, HOUR))]] }
          : one,
      )),
  ],
  [
    "the owner account is not in the trail",
    (world) => (world.coverage = world.coverage.filter((one) => one.accountId !== OWNER_ACCOUNT)),
  ],
];
