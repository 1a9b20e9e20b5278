import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { fileFolder } from "#core/adapters/files/folder";
import { followFolder } from "#core/flows/ingest/follow-folder";
import { Lives } from "#simulator/lives";
import { anchorFor, buildOrganisation } from "#simulator/organisation";
import { DEFAULT_SWITCHES } from "#simulator/switches";
import { TrailWriter } from "#simulator/trail/writer";
import { groundTruth } from "#simulator/truth";
import { openStand } from "#test/integration/ingest/stand";
import { pairsOf } from "./judged.ts";
test("debug", async () => {
  const UNTIL = Date.parse("2026-11-02T10:00:00Z"), DAYS = 12;
  const folder = mkdtempSync(join(tmpdir(), "curfew-truth-"));
  const anchor = anchorFor(UNTIL, DAYS);
  const organisation = buildOrganisation(Number(process.env.SEED ?? 11), anchor, DAYS);
  const lives = new Lives(organisation, DEFAULT_SWITCHES, () => []);
  const stand = await openStand({ now: UNTIL, portalSessionMinutes: organisation.portalSessionMinutes });
  await new TrailWriter(lives, join(folder, "trail")).catchUp(UNTIL);
  await followFolder(join(folder, "trail"), fileFolder, stand.trail, { now: () => UNTIL });
  await stand.sweep();
  const sessions = await stand.sessions();
  const truth = groundTruth(lives, anchor, UNTIL, UNTIL);
  const pairs = pairsOf(truth, sessions);
  const records = new Map(lives.records(anchor - 86400000, UNTIL).map((r) => [r.record.eventID, r]));
  const got = new Set(pairs.map((p) => p.truth.key));
  const gotS = new Set(pairs.map((p) => p.session.id));
  const iso = (n: number) => new Date(n).toISOString();
  const ev = (id: string) => { const r: any = records.get(id); return r ? `${iso(r.occurredAt)} ${r.record.eventName} ip=${r.record.sourceIPAddress} cred=${String(r.record.userIdentity?.credentialId).slice(0,20)} behalf=${!!r.record.userIdentity?.onBehalfOf} type=${r.record.userIdentity?.type} id=${id.slice(0,8)}` : id; };
  for (const kind of ["portal", "token", "role"]) {
    const missed = truth.sessions.filter((t) => t.kind === kind && !got.has(t.key));
    console.log("MISSED", kind, missed.length);
    for (const t of missed.slice(0, 6)) {
      console.log(" T", t.key, iso(t.startAt), t.endsBy, iso(t.endAt)); for (const id of t.eventIds.slice(0, 5)) console.log("    ", ev(id));
      for (const s of sessions.filter((s) => s.eventIds.some((i) => t.eventIds.includes(i)))) console.log("   R", s.kind, s.id, s.startedAt, s.startBasis, s.eventIds.length, gotS.has(s.id));
    }
    const extra = sessions.filter((s) => s.kind === kind && !gotS.has(s.id));
    console.log("EXTRA", kind, extra.length);
    for (const s of extra.slice(0, 6)) { console.log(" R", s.id, s.startedAt, s.startBasis, s.user.userName, s.keys, s.unknownReason); for (const id of s.eventIds.slice(0, 5)) console.log("    ", ev(id));
      for (const t of truth.sessions.filter((t) => t.eventIds.some((i) => s.eventIds.includes(i)))) console.log("   T", t.kind, t.key, iso(t.startAt), t.eventIds.length, got.has(t.key));
    }
  }
  const realOf = new Map(pairs.map((p) => [p.session.id, p.truth.key]));
  const linkOf = new Map(truth.links.map((l) => [l.session, l]));
  const hist: Record<string, number> = {};
  for (const { truth: t, session } of pairs) for (const l of session.links) {
    const ok = linkOf.get(t.key)?.from === realOf.get(l.sessionId);
    const k = `${t.kind}->${l.kind} conf=${l.confidence} ${ok}`; hist[k] = (hist[k] ?? 0) + 1;
    if (!ok) console.log("WRONG", t.key, "true from", linkOf.get(t.key)?.from, "said", realOf.get(l.sessionId), l.reasons);
  }
  console.log(hist);
  const byChild = new Map(pairs.map((p) => [p.truth.key, p.session]));
  const miss: Record<string, number> = {}; let shown = 0;
  for (const l of truth.links.filter((l) => l.decidable)) {
    const s = byChild.get(l.session); const kind = truth.sessions.find((x) => x.key === l.session)?.kind; const pk = truth.sessions.find((x) => x.key === l.from)?.kind;
    const found = s?.links.some((x) => realOf.get(x.sessionId) === l.from);
    const k = `${kind}<-${pk} ${s === undefined ? "child missing" : found ? "found" : s.links.length ? "wrong" : "none"} parentMatched=${got.has(l.from)}`;
    miss[k] = (miss[k] ?? 0) + 1;
    if (!found && shown++ < 12) { console.log("UNFOUND", k, l.session, "<-", l.from); for (const id of truth.sessions.find((x) => x.key === l.session)!.eventIds.slice(0,3)) console.log("    c", ev(id)); for (const id of truth.sessions.find((x) => x.key === l.from)!.eventIds.slice(0,4)) console.log("    p", ev(id)); }
  }
  console.log(miss);
  rmSync(folder, { recursive: true }); await stand.drop();
}, 300000);
