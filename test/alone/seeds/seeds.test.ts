/**
 * Row 7 without a database, by seeds: each is a life of its own with every kind of session and of removal. 10,000 with every change, a
 * million every night. `verdict.ts` says what must hold of each.
 */
import { expect, test } from "vitest";
import { SESSION_KINDS } from "#core/domain/session";
import { size, tried } from "#test/support/sizes";
import { lifeOf, toldOf } from "./life.ts";
import { triedSeeds } from "./workers.ts";

const SEEDS = size(10_000, 1_000_000);

test(`${SEEDS} lives tell byte-identical sessions, links and residuals in any order, repetition and split`, async (context) => {
  tried(context, 7, "lives of every kind of session and removal, by seed", SEEDS);
  expect(await triedSeeds(1, SEEDS + 1)).toEqual({ seeds: SEEDS, differing: [] });
});

test("the lives hold every kind of session, a link of each, and residuals of each", () => {
  const all = Array.from({ length: 300 }, (_, seed) => toldOf(lifeOf(seed + 1)));
  const sessions = all.flatMap((told) => told.sessions);
  const left = all.flatMap((told) => told.residuals);
  expect(new Set(sessions.map(({ kind }) => kind))).toEqual(new Set(SESSION_KINDS));
  expect(new Set(left.map(({ kind }) => kind))).toEqual(new Set(SESSION_KINDS));
  const linked = sessions.flatMap(({ kind, links }) => links.map((to) => `${kind} → ${to.kind}`));
  expect([...new Set(linked)].toSorted()).toEqual([
    "aws-login → role",
    "entitlement-role → portal",
    "role → application",
    "role → aws-login",
    "role → background",
    "role → entitlement-role",
    "role → portal",
    "role → role",
    "role → token",
    "token → portal",
  ]);
});
