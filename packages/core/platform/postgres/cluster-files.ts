/**
 * The small files by which processes of one data directory agree about its cluster: who uses it, where it was last, its password.
 * Each appears whole or not at all, for the data directory's owner alone. The password also survives a crash of the machine; what does not survive one counts
 * as absent. Joining and leaving are consistent only under the data directory's lock.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { keepForOwner } from "./place.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

const USERS = "cluster.users";
/** Names are told in refusals, so that a person can act on them. */
export const STATE = "cluster.json";
export const PASSWORD = "cluster.password";

/** The last start of the server. */
export interface LastStart {
  readonly pid: number;
  readonly port: number;
  readonly location: string;
}

function write(dataDirectory: string, name: string, text: string): void {
  const file = join(dataDirectory, name);
  const draft = `${file}.draft-${randomBytes(6).toString("hex")}`;
  writeFileSync(draft, text, { mode: 0o600, flag: "wx", flush: name === PASSWORD });
  keepForOwner(dataDirectory, draft);
  renameSync(draft, file);
}

function read(dataDirectory: string, name: string): string | null {
  try {
    return readFileSync(join(dataDirectory, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** JSON of one of these files; null when it is absent or a crash of the machine left it empty. */
function readJson(dataDirectory: string, name: string): unknown {
  const text = read(dataDirectory, name);
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export function readPassword(dataDirectory: string): string | null {
  const text = read(dataDirectory, PASSWORD)?.trim();
  return text === undefined || text === "" ? null : text;
}

/** Makes and keeps a password that needs no escaping in a URL. It is on disk when this returns. */
export function makePassword(dataDirectory: string): string {
  const password = randomBytes(24).toString("hex");
  write(dataDirectory, PASSWORD, password);
  const folder = openSync(dataDirectory, "r");
  fsyncSync(folder);
  closeSync(folder);
  return password;
}

export function readLastStart(dataDirectory: string): LastStart | null {
  return readJson(dataDirectory, STATE) as LastStart | null;
}

export function writeLastStart(dataDirectory: string, { pid, port, location }: LastStart): void {
  write(dataDirectory, STATE, JSON.stringify({ pid, port, location }));
}

/** Enters this process as a user; the name is what `removeUser` takes. */
export function addUser(dataDirectory: string): string {
  const folder = join(dataDirectory, USERS);
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o700 });
    keepForOwner(dataDirectory, folder);
  }
  const name = `${process.pid}-${randomBytes(6).toString("hex")}`;
  write(dataDirectory, join(USERS, name), JSON.stringify(identify(process.pid)));
  return name;
}

/** Removes a user and tells whether it was the last living one; files of dead ones go on the way. */
export function removeUser(dataDirectory: string, leaving: string): { last: boolean } {
  rmSync(join(dataDirectory, USERS, leaving), { force: true });
  const folder = join(dataDirectory, USERS);
  const dead = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => {
    const identity = readJson(dataDirectory, join(USERS, name)) as ProcessIdentity | null;
    return identity === null || name.includes(".draft-") || !isAlive(identity);
  });
  for (const name of dead) rmSync(join(folder, name), { force: true });
  return { last: !existsSync(folder) || readdirSync(folder).length === 0 };
}
