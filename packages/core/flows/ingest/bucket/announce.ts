/** What is kept of an object that was announced: log files as waiting, odd keys as foreign, digests and Insights not at all. */
import { parseObjectKey, shownKey } from "../../../domain/trail/object-key.ts";
import type { ObjectAnnouncement } from "../../../ports/trail/object-store.ts";
import type { TrailBucket } from "../../../ports/trail/trail-bucket.ts";

export interface SeenObject {
  readonly key: string;
  readonly etag: string;
  readonly versionId?: string | null;
  readonly bytes: number | null;
}

/** Null for what is left out: digests have a reader of their own, and Insights are no events. */
export function announcementOf(
  bucket: TrailBucket,
  { key, etag, versionId = null, bytes }: SeenObject,
): ObjectAnnouncement | null {
  const parsed = parseObjectKey(key);
  // A database holds neither NUL nor half a surrogate, and S3 has no longer keys: such a key is forged.
  const storable = Array.from(key.replace(/\0|\p{Surrogate}/gu, "\uFFFD"))
    .slice(0, 512)
    .join("");
  const common = { key: parsed.kind === "foreign" ? storable : key, etag, versionId, bytes };
  const leftOut = (reason: string) => {
    const problem = `The key ${shownKey(key)} ${reason}, so it is left out.`;
    return { ...common, log: null, problem };
  };
  if (parsed.kind === "foreign") return leftOut(parsed.reason);
  if (parsed.kind !== "log") return null;
  const { prefix, accountId, region, deliveredAt } = parsed;
  if (prefix !== bucket.prefix) {
    const shown = prefix === "" ? "(none)" : shownKey(prefix);
    return leftOut(`stands below the prefix ${shown}, which is not the one that is read`);
  }
  return { ...common, log: { accountId, region, deliveredAt }, problem: null };
}
