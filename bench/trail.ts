/**
 * Trail files of Identity Center's own records and of the calls of its role sessions, gzipped, not in order, a few repeated. A function of
 * its seed and sizes. 5,000 people in 300 accounts over 30 days make visits: a sign-in or a token, what leads to a role, and the role's
 * calls. Shapes follow AWS's documented examples; people, addresses and clients are synthetic.
 */
import { gzipSync } from "node:zlib";
import { clientsOf, type Clients } from "./people/clients.ts";
import { Draw } from "./people/draw.ts";
import * as shapes from "./people/shapes.ts";

const PEOPLE = 5_000;
const ACCOUNTS = 300;
const FIRST = Date.UTC(2026, 9, 1);
const DAYS = 30;
const MINUTE = 60_000;
/** A share of records that CloudTrail delivers twice. */
const REPEATED = 0.02;
/** Calls of a role session: as many sessions have 5 to 10 as have 20 to 40, which makes 17 on average. */
const FEWEST_CALLS = 5;
const MOST_CALLS = 40;
/** AWS refuses some calls: they are kept whole. */
const DENIED = 0.04;

interface Delivered {
  readonly at: number;
  readonly text: string;
}

/** What somebody does at one time, as records with the time at which each is delivered. */
class Visit {
  readonly #draw: Draw;
  readonly #who: shapes.Who;
  readonly #clients: Clients;
  readonly #out: Delivered[];
  #at: number;

  constructor(draw: Draw, at: number, out: Delivered[]) {
    const person = draw.below(PEOPLE);
    this.#draw = draw;
    this.#who = shapes.whoOf(person);
    this.#clients = clientsOf(person, draw);
    this.#out = out;
    this.#at = at;
  }

  make(): void {
    const inBrowser = this.#draw.next() < 0.4;
    const credential = inBrowser ? this.#signIn() : this.#token();
    // Every fourth visit works in two accounts.
    const roles = this.#draw.next() < 0.25 ? 2 : 1;
    for (let role = 0; role < roles; role++) this.#work(credential, inBrowser);
  }

  #signIn(): string {
    const credential = this.#draw.uuid();
    const workflow = this.#draw.uuid();
    for (const step of shapes.SIGN_IN_STEPS) {
      this.#add(shapes.signInStep(this.#frame(this.#clients.browser), this.#who, step, workflow));
    }
    for (const name of ["Authenticate", "ListApplications", "ListAccounts"]) {
      this.#portal(this.#clients.browser, credential, name);
    }
    return credential;
  }

  /** The id of an access token is long and names the token: it is hashed by who keeps it. */
  #token(): string {
    const credential = this.#draw.hex(128);
    for (let grant = 0; grant < 2; grant++) {
      this.#add(shapes.token(this.#frame(this.#clients.tool), this.#who, credential));
    }
    for (const name of ["ListAccounts", "ListAccountRoles"]) {
      this.#portal(this.#clients.tool, credential, name);
    }
    return credential;
  }

  #portal(client: string, credential: string, name: string): void {
    this.#add(shapes.portalCall(this.#frame(client), this.#who, credential, name, null));
  }

  #work(credential: string, inBrowser: boolean): void {
    const account = String(200_000_000_000 + this.#draw.below(ACCOUNTS));
    const client = inBrowser ? this.#clients.browser : this.#clients.tool;
    const name = inBrowser ? "Federate" : "GetRoleCredentials";
    this.#add(shapes.portalCall(this.#frame(client), this.#who, credential, name, account));
    const session = shapes.sessionOf(this.#who, account, this.#draw, this.#at);
    this.#add(shapes.roleIssued(this.#frame(client), session, this.#draw));
    const calls = Math.round(FEWEST_CALLS * (MOST_CALLS / FEWEST_CALLS) ** this.#draw.next());
    const kinds = shapes.callsOf(this.#draw);
    for (let call = 0; call < calls; call++) {
      const kind = kinds[this.#draw.below(kinds.length)]!;
      const frame = this.#frame(inBrowser ? this.#clients.browser : this.#clients.process(kind));
      this.#add(shapes.roleCall(frame, session, kind, this.#draw, this.#draw.next() < DENIED));
    }
  }

  /** Half a second to two minutes later. */
  #frame(userAgent: string): shapes.Frame {
    this.#at += 500 + Math.floor(this.#draw.next() ** 3 * 2 * MINUTE);
    const { address } = this.#clients;
    return { at: this.#at, address, userAgent, ids: [this.#draw.uuid(), this.#draw.uuid()] };
  }

  /** Delivered 1 to 16 minutes after it happened; what comes twice comes within ten minutes more. */
  #add(record: shapes.Json): void {
    const text = JSON.stringify(record);
    const at = this.#at + MINUTE + Math.floor(this.#draw.next() * 15 * MINUTE);
    this.#out.push({ at, text });
    if (this.#draw.next() < REPEATED) {
      this.#out.push({ at: at + Math.floor(this.#draw.next() * 10 * MINUTE), text });
    }
  }
}

/** So many records as JSON, in the order in which they are delivered. */
export function makeRecords(seed: string, records: number): string[] {
  const draw = new Draw(seed);
  // Of the records that a visit makes on average.
  const visits = Math.ceil(records / 28);
  const out: Delivered[] = [];
  for (let visit = 0; out.length < records; visit++) {
    const share = visit < visits ? visit / visits : draw.next();
    new Visit(draw, FIRST + Math.floor(share * DAYS * 24 * 60 * MINUTE), out).make();
  }
  return out
    .toSorted((a, b) => a.at - b.at)
    .slice(0, records)
    .map(({ text }) => text);
}

/** Records as gzipped files of `perFile` each. */
export function filesOf(records: readonly string[], perFile: number): Buffer[] {
  const files: Buffer[] = [];
  for (let from = 0; from < records.length; from += perFile) {
    files.push(gzipSync(`{"Records":[${records.slice(from, from + perFile).join(",")}]}`));
  }
  return files;
}

/** Gzipped files that hold `records` records together, `perFile` each. */
export function makeTrailFiles(seed: string, records: number, perFile: number): Buffer[] {
  return filesOf(makeRecords(seed, records), perFile);
}
