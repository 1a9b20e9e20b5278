/**
 * Records that the database itself refuses: text longer than an index entry, a year that timestamptz does not have.
 * One such record would keep its whole batch, and all that comes after it, from ever being read; it becomes undecodable instead.
 */
import pg from "pg";
import { sha256 } from "../../../domain/ids.ts";
import type { DecodedRecord } from "../../../domain/trail/decode.ts";
import { redactText } from "../../../domain/trail/redact.ts";
import type { AppendBatch } from "../../../ports/trail/trail-store.ts";

/** The SQLSTATE when it is the data that was refused (classes 22 data exception, 54 program limit exceeded), else null. */
export function refusedData(error: unknown): string | null {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  return code !== undefined && /^(?:22|54)/.test(code) ? code : null;
}

interface Place {
  readonly part: number;
  readonly index: number;
}

/**
 * The batch with what cannot be stored as undecodable records. `tryOut` writes a batch and takes it back; it is called about
 * twice log2(records) times for each such record. Rejects with what `tryOut` throws for any other reason.
 */
export async function withoutUnstorable(
  batch: AppendBatch,
  tryOut: (batch: AppendBatch) => Promise<void>,
): Promise<AppendBatch> {
  const places = batch.parts.flatMap(({ records }, part) =>
    records.map((_record, index): Place => ({ part, index })),
  );
  const refused = new Map<string, string>();
  const search = async (among: readonly Place[]): Promise<void> => {
    const code = await refusalOf(only(batch, among), tryOut);
    if (code === null) return;
    const [first] = among;
    if (among.length === 1) return void refused.set(keyOf(first!), code);
    const middle = among.length >> 1;
    await search(among.slice(0, middle));
    await search(among.slice(middle));
  };
  await search(places);
  return {
    ...batch,
    parts: batch.parts.map((one, part) => ({
      ...one,
      records: one.records.map((record, index) => {
        const code = refused.get(keyOf({ part, index }));
        return code === undefined
          ? record
          : { ...record, decoded: undecodable(record.decoded, code) };
      }),
    })),
  };
}

function keyOf({ part, index }: Place): string {
  return `${part}/${index}`;
}

function only(batch: AppendBatch, among: readonly Place[]): AppendBatch {
  const wanted = new Set(among.map(keyOf));
  const parts = batch.parts.map((one, part) => ({
    origin: one.origin,
    records: one.records.filter((_record, index) => wanted.has(keyOf({ part, index }))),
    progress: { kind: "none" } as const,
  }));
  return { ...batch, parts };
}

async function refusalOf(
  batch: AppendBatch,
  tryOut: (batch: AppendBatch) => Promise<void>,
): Promise<string | null> {
  try {
    await tryOut(batch);
    return null;
  } catch (error) {
    const code = refusedData(error);
    if (code === null) throw error;
    return code;
  }
}

function undecodable(decoded: DecodedRecord, code: string): DecodedRecord {
  const reason = `the database cannot hold it (SQLSTATE ${code})`;
  const original = decoded.outcome === "event" ? decoded.text : "(not shown)";
  return {
    outcome: "undecodable",
    reason,
    recordSha256: decoded.outcome === "event" ? decoded.contentSha256 : sha256(original),
    excerpt: redactText(original),
    eventId: decoded.outcome === "event" ? decoded.event.eventId : null,
  };
}
