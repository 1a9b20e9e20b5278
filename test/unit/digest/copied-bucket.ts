/** A trail's bucket as it looks after somebody copied it into a folder, and the file of public keys beside it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AWS, type LogFile, type Pair, type Signed } from "./authority.ts";

export interface Copy {
  readonly folder: string;
  /** Output of `aws cloudtrail list-public-keys`. */
  readonly keysFile: string;
  readonly put: (key: string, bytes: string | Uint8Array) => void;
  readonly remove: (key: string) => void;
  readonly drop: () => void;
}

/** `sidecar`: writes the newest digest's signature beside it. */
export function copyBucket(
  { digests, logs }: { digests: readonly Signed[]; logs: readonly LogFile[] },
  { prefix = "", sidecar = true, pairs = [AWS] as readonly Pair[] } = {},
): Copy {
  const base = mkdtempSync(join(tmpdir(), "curfew-trail-"));
  const folder = join(base, "copy");
  const keysFile = join(base, "keys.json");
  const pathOf = (key: string) => join(folder, prefix, key);
  const put = (key: string, bytes: string | Uint8Array) => {
    mkdirSync(dirname(pathOf(key)), { recursive: true });
    writeFileSync(pathOf(key), bytes);
  };
  for (const { key, bytes } of logs) put(key, bytes);
  for (const { key, file } of digests) put(key, file.bytes);
  const newest = digests.at(-1);
  if (sidecar && newest !== undefined) put(`${newest.key}.signature`, `${newest.signature}\n`);
  writeFileSync(
    keysFile,
    JSON.stringify({
      PublicKeyList: pairs.map(({ key }) => ({
        Value: Buffer.from(key.der).toString("base64"),
        ValidityStartTime: key.validFrom,
        ValidityEndTime: Date.parse(key.validTo) / 1000,
        Fingerprint: key.fingerprint,
      })),
    }),
  );
  return {
    folder,
    keysFile,
    put,
    remove: (key) => rmSync(pathOf(key)),
    drop: () => rmSync(base, { recursive: true, force: true }),
  };
}
