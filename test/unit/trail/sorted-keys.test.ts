/** The keys of an object by those that were met before: the same as sorting them, whatever was met. */
import { expect, test } from "vitest";
import { kindOfKey } from "#core/domain/trail/secret-forms";
import { sortedKeys } from "#core/domain/trail/redact/sorted-keys";
import { dice } from "#test/support/sizes";

const WORDS = [
  ..."eventName eventSource password credentialId code LoginTo Zed a b 1 10 2 constructor toString __proto__ é".split(
    " ",
  ),
  "",
  "x".repeat(100),
];

function found(json: string): readonly (readonly [string, string])[] {
  const { keys, kinds } = sortedKeys(JSON.parse(json) as Record<string, unknown>);
  return keys.map((key, at) => [key, kinds[at]!] as const);
}

function wanted(json: string): readonly (readonly [string, string])[] {
  const keys = Object.keys(JSON.parse(json) as object).toSorted();
  return keys.map((key) => [key, kindOfKey(key)] as const);
}

test("keys are sorted and told by their names, in whatever order and company they come", () => {
  const random = dice(11);
  for (let round = 0; round < 3_000; round++) {
    const count = Math.floor(random() * 6);
    const words = Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]!);
    const json = `{${words.map((word) => `${JSON.stringify(word)}:1`).join(",")}}`;
    expect(found(json)).toEqual(wanted(json));
  }
});

test("an object whose keys begin another's has its own keys", () => {
  for (const json of ['{"b":1,"a":1,"c":1}', '{"b":1,"a":1}', '{"b":1}', "{}"])
    expect(found(json)).toEqual(wanted(json));
});

test("more different keys than are remembered change no answer", () => {
  for (let at = 0; at < 25_000; at++) sortedKeys({ [`z${at}`]: 1, a: 1 });
  for (const json of ['{"z1":1,"token":1,"a":1}', '{"eventName":1,"awsRegion":1}'])
    expect(found(json)).toEqual(wanted(json));
});
