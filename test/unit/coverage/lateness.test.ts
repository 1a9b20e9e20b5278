/** Lag, silence and clocks: what the ledger says of a source that is behind, and of which it says nothing. */
import { describe, expect, test } from "vitest";
import { coverageLedger, type Ledger } from "#core/domain/coverage/ledger";
import type { LedgerFacts } from "#core/domain/coverage/facts";
import { HOUR, MINUTE, plus, type Instant } from "#core/domain/time";
import { ACCOUNT, at, facts, hours, MEMBER, NOW, place, REGION } from "./facts.ts";

const ledger = (over: Partial<LedgerFacts> = {}, asOf: Instant = NOW): Ledger =>
  coverageLedger(facts(over), asOf, asOf === NOW ? NOW : null);
const kinds = ({ problems }: Ledger) => problems.map(({ kind }) => kind);

describe("what is late", () => {
  test("is a source that received nothing for more than 15 minutes", () => {
    const late = (minutes: number) =>
      ledger({ places: [place({ lastReceivedAt: plus(NOW, -minutes * MINUTE) })] });
    expect(kinds(late(15))).toEqual([]);
    expect(late(16).problems).toMatchObject([
      {
        kind: "lag",
        source: "s3",
        accountId: null,
        sentence: expect.stringContaining("nothing was received for 16 min"),
      },
    ]);
  });

  test("is not said of an earlier instant, by which nobody knows what was received", () => {
    const places = [place({ lastReceivedAt: at("11:00") })];
    expect(kinds(ledger({ places }))).toEqual(["lag"]);
    expect(kinds(ledger({ places }, at("11:40")))).toEqual([]);
  });

  test("is not a listing that was read up to now and showed nothing", () => {
    const quiet = place({ source: "lookup-events", lastReceivedAt: at("08:00") });
    const read = {
      source: "lookup-events",
      accountId: ACCOUNT,
      region: REGION,
      read: hours([0, 12]),
    };
    expect(kinds(ledger({ places: [quiet], windows: [read] }))).toEqual([]);
  });

  test("is a source whose records end hours before, said once", () => {
    const ended = place({
      lastEventAt: at("08:30"),
      hoursSeen: hours([0, 9]),
      lastReceivedAt: at("08:35"),
    });
    expect(ledger({ places: [ended] }).problems).toMatchObject([
      { kind: "ends", since: at("08:30") },
    ]);
  });

  test("is a source that is silent for more than 30 minutes while another speaks of the same account", () => {
    const speaking = place({ lastEventAt: at("11:50") });
    const silent = (lastEventAt: Instant, accountId = ACCOUNT) =>
      place({ source: "files", accountId, lastEventAt });
    expect(kinds(ledger({ places: [speaking, silent(at("11:30"))] }))).toEqual([]);
    expect(ledger({ places: [speaking, silent(at("11:29"))] }).problems).toMatchObject([
      {
        kind: "silent",
        source: "files",
        accountId: ACCOUNT,
        sentence: expect.stringContaining("silent for 31 min while s3 shows records"),
      },
    ]);
    expect(kinds(ledger({ places: [speaking, silent(at("11:00"), MEMBER)] }))).toEqual([]);
  });

  test("is no source that was read up to now and proves the silence", () => {
    const listing = place({
      source: "lookup-events",
      lastEventAt: at("09:00"),
      hoursSeen: hours([0, 10]),
    });
    const read = {
      source: "lookup-events",
      accountId: ACCOUNT,
      region: REGION,
      read: hours([0, 12]),
    };
    expect(kinds(ledger({ places: [place(), listing], windows: [read] }))).toEqual([]);
  });
});

test("a receipt of the future says that the clock was ahead, and only of now", () => {
  const ahead = [place({ lastReceivedAt: plus(NOW, 2 * HOUR) })];
  expect(ledger({ places: ahead }).problems).toMatchObject([
    { kind: "clock", sentence: expect.stringContaining("2 h ahead of this machine's clock") },
  ]);
  expect(kinds(ledger({ places: ahead }, at("11:59")))).toEqual([]);
  expect(kinds(ledger({ places: [place({ lastReceivedAt: plus(NOW, 4 * MINUTE) })] }))).toEqual([]);
});
