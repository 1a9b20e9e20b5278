/** Where others' policies and verdicts lie beside the project, and what is in them. A clone has none of them. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const place = (name: string): string =>
  fileURLToPath(new URL(`../../../shared/samples/policies/${name}`, import.meta.url));

export const samplesThere = (): boolean => existsSync(place("aws-managed-policies.ndjson.gz"));

const lines = <T>(text: string): T[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

export interface ManagedPolicy {
  readonly name: string;
  readonly Document: unknown;
}

export const managedPolicies = (): readonly ManagedPolicy[] =>
  lines(gunzipSync(readFileSync(place("aws-managed-policies.ndjson.gz"))).toString("utf8"));

export interface CheckovCase {
  readonly test: string;
  readonly check: string;
  readonly policy: unknown;
  readonly verdict: "pass" | "fail";
}

export interface ParliamentCase {
  readonly test: string;
  readonly line: number;
  readonly policies: Readonly<Record<string, unknown>>;
  readonly expectedFindingIds: readonly string[];
}

export interface CloudsplainingCase {
  readonly test: string;
  readonly path: string;
  readonly line: number;
  readonly literals: Readonly<Record<string, unknown>>;
}

export const checkovCases = (): readonly CheckovCase[] =>
  lines(readFileSync(place("checkov-verdicts.ndjson"), "utf8"));
export const parliamentCases = (): readonly ParliamentCase[] =>
  lines(readFileSync(place("parliament-cases.ndjson"), "utf8"));
export const cloudsplainingCases = (): readonly CloudsplainingCase[] =>
  lines(readFileSync(place("cloudsplaining-cases.ndjson"), "utf8"));
