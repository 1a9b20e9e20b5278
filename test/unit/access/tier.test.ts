import { expect, test } from "vitest";
import { accountTier, DEFAULT_PRODUCTION_PATTERNS, tiersOf } from "#core/domain/access/tier";
import { account } from "./directory-facts.ts";

const tier = (more: object, patterns = DEFAULT_PRODUCTION_PATTERNS) =>
  accountTier({ ...account("444455556666", "shop"), ...more }, patterns);

test("calls an account production whose name, organisational unit or id matches, and says which", () => {
  expect(tier({ name: "Shop-Prod-1" })).toEqual({
    tier: "production",
    why: 'Its name "Shop-Prod-1" matches "*prod*".',
  });
  expect(tier({ organizationalUnitPath: "Workloads/Production" }).why).toBe(
    'Its organisational unit "Workloads/Production" matches "*prod*".',
  );
  expect(tier({}, ["4444*"]).tier).toBe("production");
  expect(tier({})).toEqual({ tier: "other", why: "No pattern of production accounts matches it." });
});

test("takes away what a pattern after an exclamation mark matches, wherever it stands", () => {
  const path = { organizationalUnitPath: "Workloads/NonProduction" };
  expect(tier(path)).toEqual({
    tier: "other",
    why: 'Its organisational unit "Workloads/NonProduction" matches "!*nonprod*".',
  });
  expect(tier({ name: "shop-pre-prod" }).tier).toBe("other");
  expect(tier({ name: "live" }, ["!*sandbox*", "live"]).tier).toBe("production");
  expect(tier({ name: "live", ...path }, ["live", "!*non*"]).tier).toBe("other");
  expect(tier({ name: "shop" }, ["!*non*"]).tier).toBe("other");
});

test("keeps the management account apart whatever it is called", () => {
  expect(tier({ name: "prod", isManagement: true }).tier).toBe("management");
});

test("matches a pattern as a whole, its stars over any text", () => {
  const hit = (name: string, pattern: string) =>
    tier({ name, organizationalUnitPath: "" }, [pattern]).tier === "production";
  expect(hit("prod", "prod")).toBe(true);
  expect(hit("nonprod", "prod")).toBe(false);
  expect(hit("prod-eu-shop", "prod-*-shop")).toBe(true);
  expect(hit("prod-shop", "prod-*-shop")).toBe(false);
  expect(hit("a.b", "a?b")).toBe(false);
  expect(hit("aXbXa", "a*b*a")).toBe(true);
  expect(hit("ab", "ab*b")).toBe(false);
  expect(hit("anything", "*")).toBe(true);
  expect(hit("a".repeat(1_024), `${"*a".repeat(200)}b`)).toBe(false);
});

test("judges an account that is not known by its id alone", () => {
  const tierOf = tiersOf([], ["9999*"]);
  expect(tierOf("999900001111").tier).toBe("production");
  expect(tierOf("111100001111").tier).toBe("other");
});
