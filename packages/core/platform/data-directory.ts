/**
 * Keeps the demo and an organisation apart: a data directory holds one of them for good, and says which in `holds.json`.
 * Guarantees that of any number of processes that claim a fresh directory at once, all agree afterwards. It does not look into a database
 * elsewhere that DATABASE_URL names.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "#core/domain/fault";
import { withExclusiveLock } from "./postgres/exclusive-lock.ts";
import { keepForOwner, prepareDataDirectory } from "./postgres/place.ts";

/**
 * What a command is about to do with the directory:
 * `demo` fills it with the simulated organisation; `organisation` fills it from AWS; `local` fills it from files whose account nobody stated yet;
 * `read` shows what is there, whichever it is, and so never decides what a fresh directory holds.
 */
export type Claim =
  | { readonly kind: "demo" }
  | { readonly kind: "organisation"; readonly accountId: string }
  | { readonly kind: "local" }
  | { readonly kind: "read" };

/** What a directory holds; an organisation has no account id until a command used AWS for it. */
export type Holding =
  | { readonly kind: "demo" }
  | { readonly kind: "organisation"; readonly accountId: string | null };

export interface ClaimedDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Null: nothing yet, and the claim was only to read. */
  readonly holds: Holding | null;
}

const MARKER = "holds.json";

function parsedMarker(text: string): { kind?: unknown; accountId?: unknown } | null {
  try {
    return JSON.parse(text) as { kind?: unknown; accountId?: unknown } | null;
  } catch {
    return null;
  }
}

function readMarker(directory: string): Holding | null {
  const file = join(directory, MARKER);
  if (!existsSync(file)) return null;
  const value = parsedMarker(readFileSync(file, "utf8"));
  if (value?.kind === "demo") return { kind: "demo" };
  const accountId = value?.accountId;
  if (value?.kind === "organisation" && (accountId === null || typeof accountId === "string")) {
    return { kind: "organisation", accountId };
  }
  throw new Fault(
    "data-directory.unsound",
    `${file} does not say what the data directory holds: it must be {"kind":"demo"} or {"kind":"organisation","accountId":"…"}; restore it, or choose another data directory.`,
  );
}

function writeMarker(directory: string, holding: Holding): void {
  const draft = join(directory, `${MARKER}.draft-${randomBytes(6).toString("hex")}`);
  writeFileSync(draft, `${JSON.stringify(holding)}\n`, { mode: 0o600, flag: "wx" });
  keepForOwner(directory, draft);
  renameSync(draft, join(directory, MARKER));
}

function refused(directory: string, holds: string, wanted: string): Fault {
  return new Fault(
    "data-directory.other-kind",
    `The data directory ${directory} holds ${holds} and cannot take ${wanted} as well: choose another one with --data-dir or CURFEW_DATA_DIR.`,
  );
}

const nameOf = ({ accountId }: { accountId: string | null }): string =>
  accountId === null ? "an organisation's trail files" : `the organisation of account ${accountId}`;

/** What the directory holds after the claim was granted; throws when it cannot be. */
function decide(directory: string, holding: Holding | null, claim: Claim): Holding | null {
  if (claim.kind === "read") return holding;
  if (claim.kind === "demo") {
    if (holding?.kind === "organisation") throw refused(directory, nameOf(holding), "the demo");
    return { kind: "demo" };
  }
  const wanted = { accountId: claim.kind === "organisation" ? claim.accountId : null };
  if (holding?.kind === "demo") throw refused(directory, "the demo", nameOf(wanted));
  const known = holding?.accountId ?? null;
  if (known !== null && wanted.accountId !== null && known !== wanted.accountId) {
    throw refused(directory, nameOf({ accountId: known }), nameOf(wanted));
  }
  return { kind: "organisation", accountId: known ?? wanted.accountId };
}

/**
 * Creates the data directory if need be and claims it. Granted again and again for the same kind; files that were imported without an
 * account are completed by the first account claimed.
 * Faults: `data-directory.no-permission`, `data-directory.other-kind`, `data-directory.unsound`.
 */
export async function claimDataDirectory(path: string, claim: Claim): Promise<ClaimedDirectory> {
  const directory = prepareDataDirectory(path);
  const options = { waitMs: 30_000, keep: (file: string) => keepForOwner(directory, file) };
  return withExclusiveLock(join(directory, "holds.lock"), options, async () => {
    const before = readMarker(directory);
    const after = decide(directory, before, claim);
    if (after !== null && JSON.stringify(after) !== JSON.stringify(before))
      writeMarker(directory, after);
    return { path: directory, holds: after };
  });
}
