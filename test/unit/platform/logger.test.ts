import { describe, expect, it } from "vitest";
import { Fault } from "#core/domain/fault";
import { createLogger, type LogFields } from "#core/platform/logger";

function logged(level: "debug" | "info" | "warn" = "info") {
  const lines: string[] = [];
  const logger = createLogger({
    service: "worker",
    level,
    destination: { write: (line) => void lines.push(line) },
  });
  const last = (): Record<string, unknown> =>
    JSON.parse(lines.at(-1) ?? "null") as Record<string, unknown>;
  return { logger, lines, last };
}

describe("a log line", () => {
  it("is one line of JSON with service, time, level and event", () => {
    const { logger, lines, last } = logged();
    logger.info("sweep.person", {
      people: 1,
      durationMs: 3.5,
      counts: { opened: 2 },
      applied: ["a", "b"],
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
    expect(last()).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: "worker",
      event: "sweep.person",
      people: 1,
      durationMs: 3.5,
      counts: { opened: 2 },
      applied: ["a", "b"],
    });
  });

  it("drops fields that nobody allowed, also inside allowed ones", () => {
    const { logger, lines, last } = logged();
    const fields = {
      userName: "ada@example.com",
      accessToken: "x",
      constructor: 1,
      counts: { secret: "x", n: 1 },
    };
    logger.info("ingest.page", fields as unknown as LogFields);
    expect(last()["counts"]).toEqual({ n: 1 });
    expect(Object.keys(last()).toSorted()).toEqual(["counts", "event", "level", "service", "time"]);
    expect(lines[0]).not.toContain("ada@example.com");
  });

  it.each([
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzeW50aGV0aWMifQ.c3ludGhldGlj",
    "Authorization: Bearer synthetic-c3ludGhldGlj",
    "postgres://curfew:synthetic@db.example.com/curfew",
    "whsec_c3ludGhldGljc3ludGhldGlj",
    "AKIAIOSFODNN7EXAMPLE",
    "password=synthetic",
    `{"token":"synthetic"}`,
    `${"x".repeat(490)} Bearer synthetic`,
  ])("masks what looks like a credential: %s", (text) => {
    const { logger, lines } = logged();
    logger.info("alert.send", { reason: text });
    logger.error("alert.send", {}, new Error(text, { cause: new Error(text) }));
    logger.error("alert.send", {}, text);
    expect(lines.join("")).not.toMatch(/synthetic|c3ludGhldGlj|IOSFODNN7/);
  });

  it("does not grow with a text, nor break with one", () => {
    const { logger, lines, last } = logged();
    logger.info("alert.send", { reason: `a\nb\u001b[31m${"x".repeat(10_000)}` });
    expect(lines[0]!.split("\n")).toHaveLength(2);
    expect((last()["reason"] as string).length).toBeLessThan(600);
  });

  it("tells a fault by its code, and of anything else where it came from", () => {
    const { logger, last } = logged();
    logger.error(
      "sweep.person",
      {},
      new Fault("aws.throttled", "Too fast.", { detail: { userName: "ada" } }),
    );
    expect(last()).toMatchObject({ level: "error", code: "aws.throttled", error: "Too fast." });
    expect(last()).not.toHaveProperty("stack");
    expect(last()).not.toHaveProperty("detail");
    logger.error("sweep.person", {}, new TypeError("no such thing"));
    expect(last()).toMatchObject({
      code: "internal.bug",
      stack: expect.stringContaining("logger.test.ts"),
    });
  });

  it("is not made below the level", () => {
    const { logger, lines } = logged("warn");
    logger.info("sweep.person");
    logger.warn("sweep.person");
    expect(lines).toHaveLength(1);
  });
});
