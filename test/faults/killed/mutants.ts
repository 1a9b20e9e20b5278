/**
 * The product broken on purpose, as data: where, how, and which test must then fail and with what words. A mutant whose text is no
 * longer found is an error, so that the list keeps up with the code.
 */

export interface Edit {
  /** Below the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replacement: string;
}

export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly project: "faults" | "integration";
  /** The test that must fail, and what it must say: another failure proves nothing. */
  readonly test: string;
  readonly named: string;
  readonly says: RegExp;
}

const TRAIL = "packages/core/adapters/postgres/trail";
const POINTS = "test/faults/killed/points.test.ts";

export const MUTANTS: readonly Mutant[] = [
  {
    name: "the file's place is committed before its rows",
    edits: [
      {
        file: `${TRAIL}/trail-store.ts`,
        find: "const options = { terms: this.#terms, keepCalls: this.#keepCalls };",
        replacement: `const options = { terms: this.#terms, keepCalls: this.#keepCalls };
    const none = batch.parts.map(() => ({ appended: 0, duplicates: 0, ignored: {}, undecodable: 0 }));
    await transaction(this.#database, (client) => advance(client, batch.parts, none, now));`,
      },
      // Its counts follow with the rows.
      {
        file: `${TRAIL}/trail-store.ts`,
        find: "\n   where f.position < excluded.position`",
        replacement: "`",
      },
    ],
    project: "faults",
    test: POINTS,
    named: "before the commit is sent: nothing is lost",
    says: /expected \{ n: \d+, .* to deeply equal/,
  },
  {
    name: "no unique key holds the ids",
    edits: [
      {
        file: "migrations/0004_compact-trail.sql",
        find: '"event_id" uuid PRIMARY KEY NOT NULL,',
        replacement: '"event_id" uuid NOT NULL,',
      },
      {
        file: `${TRAIL}/append-events.ts`,
        find: "on conflict (event_id) do nothing",
        replacement: "on conflict do nothing",
      },
    ],
    project: "faults",
    test: "test/faults/input/two-writers.test.ts",
    named: "two writers of the same records",
    says: /expected \{ n: \d+, .* to deeply equal/,
  },
  {
    name: "ids are inserted in the order of the records",
    edits: [
      {
        file: `${TRAIL}/append-events.ts`,
        find: "const ids = [...firsts.keys()].sort();",
        replacement: "const ids = [...firsts.keys()];",
      },
    ],
    project: "faults",
    test: "test/faults/input/two-writers.test.ts",
    named: "two writers of the same records",
    says: /deadlock detected/,
  },
  {
    name: "a failed transaction is caught and the reading goes on",
    edits: [
      {
        file: "packages/core/flows/ingest/ingest-files.ts",
        find: "const results = await this.#store.append({ source: this.#source, receivedAt: now, parts }, now);",
        replacement: `const results = await this.#store
      .append({ source: this.#source, receivedAt: now, parts }, now)
      .catch(() => parts.map(() => ({ appended: 0, duplicates: 0, ignored: {}, undecodable: 0 })));`,
      },
    ],
    project: "faults",
    test: POINTS,
    named: "before the commit is sent, and the process lives",
    says: /expected \{ code: \+?0, .* to deeply equal \{ code: 3/,
  },
  {
    name: "coverage is written outside of the transaction",
    edits: [
      {
        file: `${TRAIL}/trail-store.ts`,
        find: "const options = { terms: this.#terms, keepCalls: this.#keepCalls };",
        replacement: `const options = { terms: this.#terms, keepCalls: this.#keepCalls };
    await transaction(this.#database, (client) => addCoverage(client, batch));`,
      },
      {
        file: `${TRAIL}/trail-store.ts`,
        find: "  await addCoverage(client, batch);\n",
        replacement: "",
      },
    ],
    project: "faults",
    test: POINTS,
    named: "before the commit is sent: nothing is lost",
    says: /"records": \d+/,
  },
  {
    name: "nobody is made due by what was read",
    edits: [
      {
        file: `${TRAIL}/trail-store.ts`,
        find: "  await markPeopleDue(client, appended.flat(), now);\n",
        replacement: "",
      },
    ],
    project: "faults",
    test: "test/faults/input/same-rows.test.ts",
    named: "enough to tell readings apart",
    says: /AssertionError/,
  },
  {
    name: "an id that comes with another content is dropped",
    edits: [
      {
        file: `${TRAIL}/append-events.ts`,
        find: "conflicts[one.part]!.push(conflictOf(one));",
        replacement: "continue;",
      },
    ],
    project: "integration",
    test: "test/integration/ingest/once.test.ts",
    named: "a known eventID with another content is kept as a conflict",
    says: /AssertionError/,
  },
  {
    name: "records are kept as they came, secrets and all",
    edits: [
      {
        file: "packages/core/domain/trail/decode.ts",
        find: "const { record, text: json } = done;",
        replacement: "const { record } = done;\n  const json = JSON.stringify(original);",
      },
    ],
    project: "integration",
    test: "test/integration/ingest/poison.test.ts",
    named: "in what a row holds compressed",
    says: /record_batches/,
  },
];
