/** Reads a file whole, as every test here wants it. */
import { Fault } from "#core/domain/fault";
import type { DecodedRecord } from "#core/domain/trail/decode";
import { openTrailFile, type TrailSource } from "#core/domain/trail/file";

export interface WholeFile {
  readonly records: number;
  readonly appended: number;
  readonly ignored: number;
  readonly undecodable: number;
  /** Records that were not parsed. */
  readonly passedOver: number;
  readonly decoded: readonly { readonly position: number; readonly decoded: DecodedRecord }[];
}

export async function readWhole(
  source: Uint8Array | TrailSource,
  from = 0,
  name = "case.json",
): Promise<WholeFile> {
  const file = await openTrailFile(source, name);
  const decoded: { position: number; decoded: DecodedRecord }[] = [];
  let passedOver = 0;
  for await (const page of file.pages(from)) {
    decoded.push(...page.records);
    const passed = page.passedOver.reduce((total, span) => total + span.records, 0);
    if (page.records.length + passed !== page.to - page.from) {
      throw new Error(`a page of ${page.to - page.from} places counts others`);
    }
    passedOver += passed;
  }
  const count = (outcome: DecodedRecord["outcome"]) =>
    decoded.filter((one) => one.decoded.outcome === outcome).length;
  return {
    records: file.records,
    appended: count("event"),
    ignored: count("ignored") + passedOver,
    undecodable: count("undecodable"),
    passedOver,
    decoded,
  };
}

/** The code of the fault by which a file is refused; null: it is read. */
export async function refusal(source: Uint8Array | TrailSource): Promise<string | null> {
  try {
    await readWhole(source);
    return null;
  } catch (error) {
    if (error instanceof Fault && /^[^\n]+\.$/.test(error.message)) return error.code;
    throw error;
  }
}

/** The same bytes as a stream in pieces of so many. */
export function inPieces(bytes: Uint8Array, size: number): TrailSource {
  return {
    *chunks() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
    },
  };
}

export const trailFile = (...records: unknown[]): string => JSON.stringify({ Records: records });
