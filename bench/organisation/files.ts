/** An organisation's trail: of its records 2 % are Identity Center's and its sign-in's, 5 % calls of its roles, and all others foreign. */
import { filesOf, makeRecords } from "../trail.ts";
import { Draw } from "../people/draw.ts";
import { foreignRecord } from "./foreign.ts";

const OWN = 0.02;
const CALLS = 0.05;

/** So many records of each kind, in the order in which they are delivered. */
function relevantRecords(seed: string, own: number, calls: number): string[] {
  const left = { own, calls };
  // More than enough: about 27 of 100 records are Identity Center's own, and 73 calls.
  return makeRecords(seed, Math.ceil(Math.max(own / 0.2, calls / 0.6)) + 200).filter((text) => {
    const kind = text.includes('"AssumedRole"') ? "calls" : "own";
    left[kind] -= 1;
    return left[kind] >= 0;
  });
}

export interface OrganisationTrail {
  readonly files: readonly Buffer[];
  readonly relevant: number;
  /** Unpacked. */
  readonly bytes: number;
}

export function organisationTrail(
  seed: string,
  records: number,
  perFile: number,
): OrganisationTrail {
  const draw = new Draw(`${seed} foreign`);
  const relevant = relevantRecords(seed, Math.round(records * OWN), Math.round(records * CALLS));
  const every = records / relevant.length;
  let next = 0;
  const texts = Array.from({ length: records }, (_, at) =>
    at >= next * every && next < relevant.length
      ? relevant[next++]!
      : foreignRecord(draw, at, records, perFile),
  );
  const bytes = texts.reduce((total, text) => total + text.length + 1, 0);
  return { files: filesOf(texts, perFile), relevant: relevant.length, bytes };
}
