import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "#simulator/random";
import { TrailWriter } from "#simulator/trail/writer";
import { parseHistoryRequest, WrongArgument, writeHistory } from "#simulator/write-history";
import { DAYS, deny, makeDemo, OPENING } from "./demo.ts";

/** A data directory, and the trail folder in it: how far a trail came stands beside its folder. */
let data = "";
let dir = "";
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "trail-"));
  dir = join(data, "trail");
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

type Read = {
  eventID: string;
  eventTime: string;
  recipientAccountId: string;
  awsRegion: string;
  eventName: string;
};

const filesIn = (where: string): string[] =>
  readdirSync(where, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json.gz"))
    .sort();
const bytesIn = (where: string): Record<string, string> =>
  Object.fromEntries(
    filesIn(where).map((name) => [name, readFileSync(join(where, name)).toString("base64")]),
  );
const recordsOf = (where: string, name: string): Read[] =>
  (JSON.parse(gunzipSync(readFileSync(join(where, name))).toString("utf8")) as { Records: Read[] })
    .Records;

const NAME =
  /^AWSLogs\/(o-\w+)\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/\2_CloudTrail_\3_\4\5\6T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/;

describe("the trail folder", () => {
  it("holds S3-style files of one account and one Region each, and nothing half-written", async () => {
    const { lives, organisation } = makeDemo();
    await new TrailWriter(lives, dir).catchUp(OPENING);
    const all = readdirSync(dir, { recursive: true, encoding: "utf8" });
    expect(all.filter((name) => name.includes("partial"))).toEqual([]);
    const files = filesIn(dir);
    expect(files.length).toBeGreaterThan(200);
    for (const name of files) {
      const [, organization, account, region] = NAME.exec(name) ?? [];
      expect(organization, name).toBe(organisation.organizationId);
      for (const record of recordsOf(dir, name))
        expect([record.recipientAccountId, record.awsRegion]).toEqual([account, region]);
    }
  });

  it("holds everything that was delivered, some of it twice and unordered, under one content an eventID", async () => {
    const { lives } = makeDemo();
    await new TrailWriter(lives, dir).catchUp(OPENING);
    const read = filesIn(dir).flatMap((name) => recordsOf(dir, name));
    const end = Math.floor(OPENING / (5 * MINUTE)) * 5 * MINUTE;
    const expected = lives
      .records(OPENING - (DAYS + 1) * DAY, OPENING)
      .filter((made) => made.deliveredAt <= end);
    expect(new Set(read.map((record) => record.eventID))).toEqual(
      new Set(expected.map((made) => made.record.eventID)),
    );
    expect(read.length).toBeGreaterThan(expected.length);
    const content = new Map(read.map((record) => [record.eventID, JSON.stringify(record)]));
    for (const record of read) expect(JSON.stringify(record)).toBe(content.get(record.eventID));
    const times = recordsOf(dir, filesIn(dir)[0] ?? "").map((record) => record.eventTime);
    expect(times).not.toEqual([...times].sort());
  });

  it("is the same whether written at once or by several processes in steps of whole windows", async () => {
    const midnight = Math.floor(OPENING / DAY) * DAY;
    await new TrailWriter(makeDemo().lives, join(data, "one", "trail")).catchUp(
      midnight + 2 * HOUR,
    );
    for (const now of [midnight, midnight + 7 * MINUTE, midnight + HOUR, midnight + 2 * HOUR]) {
      await new TrailWriter(makeDemo().lives, join(data, "two", "trail")).catchUp(now);
    }
    expect(bytesIn(join(data, "two"))).toEqual(bytesIn(join(data, "one")));
    const again = await new TrailWriter(makeDemo().lives, join(data, "two", "trail")).catchUp(
      midnight + 2 * HOUR,
    );
    expect(again).toEqual({ files: 0, records: 0 });
  });

  it("delivers a change in files of its own and never touches what was delivered", async () => {
    const demo = makeDemo();
    const writer = new TrailWriter(demo.lives, dir);
    await writer.catchUp(OPENING);
    const before = bytesIn(dir);
    const cut = deny(
      demo.organisation,
      OPENING + MINUTE,
      demo.organisation.people.slice(15, 20).map((person) => person.userId),
    );
    demo.changes.push(cut);
    await writer.catchUp(OPENING + 20 * MINUTE);
    const after = bytesIn(dir);
    for (const [name, bytes] of Object.entries(before)) expect(after[name], name).toBe(bytes);
    const added = Object.keys(after)
      .filter((name) => before[name] === undefined)
      .flatMap((name) => recordsOf(dir, name));
    expect(added.filter((record) => record.eventName === "UpdatePolicy")).toHaveLength(1);
  });
});

describe("writing a history", () => {
  it("leaves a trail and the truth about it, whose events are all in the trail", async () => {
    const out = join(data, "history");
    const written = await writeHistory({ out, days: 3, seed: 7, until: OPENING, shape: "new" });
    expect(written.records).toBeGreaterThan(1000);
    const ids = new Set(
      filesIn(join(out, "trail"))
        .flatMap((name) => recordsOf(join(out, "trail"), name))
        .map((record) => record.eventID),
    );
    const truth = JSON.parse(readFileSync(join(out, "ground-truth.json"), "utf8")) as {
      sessions: { key: string; kind: string; eventIds: string[]; startAt: number; endAt: number }[];
      links: { session: string; from: string; decidable: boolean }[];
      attacks: { eventIds: string[] }[];
    };
    expect(
      truth.sessions.flatMap((session) => session.eventIds).filter((id) => !ids.has(id)),
    ).toEqual([]);
    const keys = new Set(truth.sessions.map((session) => session.key));
    for (const link of truth.links)
      expect(keys.has(link.session) && keys.has(link.from)).toBe(true);
    for (const session of truth.sessions) expect(session.endAt).toBeGreaterThan(session.startAt);
    expect(truth.attacks.length).toBeGreaterThan(0);
    const decidable = truth.links.filter((link) => link.decidable).length / truth.links.length;
    expect(decidable).toBeGreaterThan(0.7);
    expect(decidable).toBeLessThan(1);
  });

  it.each([
    [[], /--out is missing; name the folder/],
    [["--out", "x", "--days", "0"], /--days is "0"; give a whole number from 1/],
    [["--out", "x", "--seed", "a"], /--seed is "a"; give a whole number/],
    [["--out", "x", "--until", "soon"], /--until is "soon"; give an instant/],
    [["--out", "x", "--shape", "round"], /choose old, new or mixed/],
    [["--out", "x", "--weeks", "2"], /the options are --out, --days/],
  ])("refuses %j with one sentence", (argv, sentence) => {
    expect(() => parseHistoryRequest(argv, OPENING)).toThrow(WrongArgument);
    expect(() => parseHistoryRequest(argv, OPENING)).toThrow(sentence);
  });
});
