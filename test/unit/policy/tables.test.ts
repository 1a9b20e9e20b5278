import { describe, expect, test } from "vitest";
import { LOGS, ORGANISATION } from "#core/domain/policy/findings/tables/control";
import { EXISTING_COMPUTE, REACHES } from "#core/domain/policy/findings/tables/existing-compute";
import { CREDENTIALS, DATA } from "#core/domain/policy/findings/tables/exposure";
import { DISRUPTION, IDENTITY_CENTER } from "#core/domain/policy/findings/tables/identity-center";
import { FEDERATION, RIGHTS, TAKE_OVER } from "#core/domain/policy/findings/tables/own-rights";
import { PASS_ROLE, PASS_ROLE_UNTRIGGERED } from "#core/domain/policy/findings/tables/pass-role";
import { catalogue } from "./written.ts";

const PATHS = [
  ...LOGS,
  ...ORGANISATION,
  ...EXISTING_COMPUTE,
  ...CREDENTIALS,
  ...DATA,
  ...DISRUPTION,
  ...IDENTITY_CENTER,
  ...FEDERATION,
  ...RIGHTS,
  ...TAKE_OVER,
  ...[...PASS_ROLE, ...PASS_ROLE_UNTRIGGERED].map(({ path }) => path),
];

describe("the tables of ways", () => {
  test("name actions that AWS has, so that none is lost to a misspelling", () => {
    const named = PATHS.flatMap(({ steps }) => steps.flatMap((step) => step.split(" | ")));
    const all = [...named, ...Object.keys(REACHES), "iam:PassRole"];
    const odd = all.filter((action) => {
      const at = catalogue.indexOf(action);
      return at === null || catalogue.actions[at]!.name !== action;
    });
    expect(odd).toEqual([]);
  });

  test("say each way once", () => {
    for (const table of [LOGS, ORGANISATION, CREDENTIALS, DATA, RIGHTS, IDENTITY_CENTER]) {
      const words = table.map((one) => one.words);
      expect(words).toEqual([...new Set(words)]);
    }
  });
});
