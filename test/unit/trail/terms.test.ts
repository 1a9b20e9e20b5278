import { expect, test } from "vitest";
import { TermNumbers, type Term } from "#core/adapters/postgres/trail/terms";

/** Numbers terms as the database would, and counts what it is asked for. */
function numbering() {
  const asked: string[] = [];
  const query = (_sql: string, [, kinds, values]: [string[], string[], string[]]) => {
    asked.push(...values.map((value, at) => `${kinds[at]} ${value}`));
    return Promise.resolve({
      rows: values.map((_value, at) => ({
        ordinal: at + 1,
        term_no: asked.length - values.length + at + 1,
      })),
    });
  };
  return { asked, terms: new TermNumbers({ query } as never) };
}

const term = (kind: Term["kind"], value: string): Term => ({ kind, value, name: null });
const many = (from: string) =>
  Array.from({ length: 110_000 }, (_, at) => term("role-session", `${from} ${at}`));

test("a term is asked for once, and the same text is another term of another kind", async () => {
  const { asked, terms } = numbering();
  await terms.learn([term("type", "a"), term("agent", "a"), term("type", "a")]);
  await terms.learn([term("type", "a")]);
  expect(asked).toEqual(["type a", "agent a"]);
  expect(terms.of("type", "a")).not.toBe(terms.of("agent", "a"));
  expect(() => terms.of("person", "a")).toThrow("was not learned");
});

test("a batch that brings more terms than are remembered still knows those that it shares with the first", async () => {
  const { asked, terms } = numbering();
  await terms.learn([term("type", "shared")]);
  await terms.learn(many("first"));
  await terms.learn([term("type", "shared"), ...many("second")]);
  await terms.learn([term("type", "shared"), ...many("third")]);
  expect(terms.of("type", "shared")).toBe(1);
  expect(asked.filter((one) => one === "type shared")).toHaveLength(1);
});

test("a batch under way loses no number when another one makes room", async () => {
  const { terms } = numbering();
  await terms.learn(many("before"));
  await terms.learn([term("person", "of the batch under way")]);
  await terms.learn(many("another"));
  await terms.learn([term("type", "next")]);
  expect(terms.of("person", "of the batch under way")).toBeGreaterThan(0);
});

test("what was not used for long is forgotten", async () => {
  const { terms } = numbering();
  await terms.learn([term("person", "once")]);
  for (const name of ["a", "b", "c"]) await terms.learn(many(name));
  expect(terms.knows("person", "once")).toBe(false);
});
