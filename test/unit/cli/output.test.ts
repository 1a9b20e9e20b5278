/** A table fits the terminal that it is read on, and is never broken where a program reads it. */
import { expect, test } from "vitest";
import { widthsWithin } from "#services/cli/output";

const ROWS = [
  ["severity", "summary"],
  ["high", "x".repeat(200)],
];

test("narrows the widest column to what the terminal leaves it", () => {
  const [first, widest] = widthsWithin(100, ROWS);
  expect(first).toBeNull();
  // The frame of two columns takes three characters, the first column ten.
  expect(widest).toBe(100 - 3 - 10);
});

test("leaves a table alone that fits, that no terminal shows, or that would become unreadable", () => {
  expect(widthsWithin(215, ROWS)).toEqual([]);
  expect(widthsWithin(214, ROWS)).not.toEqual([]);
  expect(widthsWithin(undefined, ROWS)).toEqual([]);
  expect(widthsWithin(36, ROWS)).toEqual([]);
  expect(widthsWithin(80, [[]])).toEqual([]);
});
