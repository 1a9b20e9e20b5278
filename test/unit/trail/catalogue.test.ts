/** Every event that the catalogue names becomes its kind, with the fields that rules and sessions read. One row an event. */
import { describe, expect, it } from "vitest";
import { EVENT_KINDS } from "#core/domain/event";
import { decodeRecord, decodeStored, recordOf } from "#core/domain/trail/decode";
import { ACCESS } from "./catalogue/access.ts";
import type { Case } from "./catalogue/case.ts";
import { GROUPS, USERS } from "./catalogue/directory.ts";
import { GROUND } from "./catalogue/ground.ts";
import { PORTAL_AND_TOKENS } from "./catalogue/portal.ts";
import { ROLES } from "./catalogue/roles.ts";
import { APPLICATIONS, SETTINGS } from "./catalogue/settings.ts";
import { SIGN_IN } from "./catalogue/sign-in.ts";

const OF_PEOPLE = [SIGN_IN, PORTAL_AND_TOKENS, ROLES, USERS, GROUPS];
const CATALOGUE = [...OF_PEOPLE, ACCESS, APPLICATIONS, SETTINGS, GROUND].flat();

function decoded({ record }: Case) {
  const answer = decodeRecord(record);
  if (answer.outcome !== "event") throw new Error(`${answer.outcome}: ${answer.reason}`);
  return answer;
}

describe("the catalogue of events", () => {
  it.each(CATALOGUE.map((one) => [one.what, one] as const))("%s", (_what, one) => {
    const { event, text } = decoded(one);
    expect(event).toMatchObject(one.expected);
    expect(decodeStored(recordOf(text))).toEqual(event);
  });

  it("has a row for every kind but the one for names that nobody knows", () => {
    const seen = new Set(CATALOGUE.map((one) => decoded(one).event.kind));
    expect(EVENT_KINDS.filter((kind) => !seen.has(kind))).toEqual(["unknown"]);
  });
});
