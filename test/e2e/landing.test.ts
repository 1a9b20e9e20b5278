/** The page at `/` in a real browser: what runs for anyone, data for a token only, and not one request to anywhere else. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "#test/integration/api/api";
import { addFinding, addPerson, addReport, addSession, person } from "#test/integration/api/seed";

const CHROMIUM = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

function browserAvailable(): boolean {
  if (existsSync(CHROMIUM)) return true;
  if (process.env["CI"] !== undefined) {
    throw new Error(
      `The page's tests need Chromium at ${CHROMIUM}: install it or set CHROMIUM_PATH.`,
    );
  }
  process.stderr.write(`SKIPPED: the page's tests, because there is no Chromium at ${CHROMIUM}.\n`);
  return false;
}

describe.runIf(browserAvailable())("the page", () => {
  let api: TestApi;
  let url: string;
  let browser: Browser;
  let page: Page;
  let foreign: string[] = [];
  let errors: string[] = [];

  beforeAll(async () => {
    api = await startTestApi();
    for (let number = 1; number <= 6; number += 1) {
      await addPerson(api.database, number);
      await addSession(api.database, number, number * 15);
    }
    await addFinding(api.database, 1, 10, "low");
    await addFinding(api.database, 2, 20, "critical");
    await addFinding(api.database, 3, 30, "high");
    await addReport(api.database, 9);
    const reason = { user: person(4).userId, reason: "left the company" };
    await api.send("POST", "/v1/revocations", reason);
    url = await api.app.listen({ host: "127.0.0.1", port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });
  afterEach(() => page.close());

  async function open(
    options: { colorScheme?: "light" | "dark"; width?: number } = {},
  ): Promise<void> {
    foreign = [];
    errors = [];
    page = await browser.newPage({
      colorScheme: options.colorScheme ?? "light",
      viewport: { width: options.width ?? 1280, height: 900 },
      timezoneId: "Europe/Berlin",
      locale: "en-GB",
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !/^(?:data|blob):/.test(request.url()))
        foreign.push(request.url());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("401"))
        errors.push(message.text());
    });
    await page.goto(url);
  }

  async function signIn(token = api.tokens.reader): Promise<void> {
    await page.getByLabel("API token").fill(token);
    await page.keyboard.press("Enter");
  }

  const severities = () => page.locator("#findings tbody tr td:first-child").allInnerTexts();

  test("shows anyone what runs and no data", async () => {
    await open();
    await page.getByText("BullMQ on Postgres").waitFor();
    const text = await page.locator("body").innerText();
    expect(text).toContain("Demo organisation.");
    expect(text).toContain("Postgres, embedded");
    expect(text).not.toContain("person1@example.com");
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("shows sessions, findings by severity and revocations in their honest state to a token", async () => {
    await open();
    await signIn();
    await page.locator("#findings table").waitFor();
    expect(await severities()).toEqual(["critical", "high", "low"]);
    expect(await page.locator("#sessions tbody tr").count()).toBe(6);
    expect(await page.locator("#revocations tbody tr").innerText()).toContain("planned");
    expect(await page.locator("#figures").innerText()).toMatch(/3\s+active sessions/);
    expect(await page.locator("#sign-in").isVisible()).toBe(false);
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });

  test("gives times in the reader's zone with UTC in their title", async () => {
    await open();
    await signIn();
    const time = page.locator("#findings tbody tr").first().locator("time");
    await time.waitFor();
    expect(await time.innerText()).toBe("2 Mar 2026, 09:40");
    expect(await time.getAttribute("title")).toBe("2026-03-02 08:40:00 UTC");
  });

  test("sorts a table by keyboard and says so to a screen reader", async () => {
    await open();
    await signIn();
    const head = page.locator("#findings th", { hasText: "Since" });
    await head.waitFor();
    await head.locator("button").focus();
    await page.keyboard.press("Enter");
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    expect(await severities()).toEqual(["high", "critical", "low"]);
    await page.keyboard.press("Enter");
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    expect(await severities()).toEqual(["low", "critical", "high"]);
  });

  test("refuses a wrong token in one sentence and keeps nothing of it", async () => {
    await open();
    await signIn("crv_wrong");
    const alert = page.getByRole("alert");
    await expect.poll(() => alert.innerText()).toContain("unknown, expired or revoked");
    expect(await page.evaluate("sessionStorage.length + localStorage.length")).toBe(0);
  });

  test("keeps the token in the tab only and forgets it at sign-out", async () => {
    await open();
    await signIn();
    await page.locator("#findings table").waitFor();
    expect(await page.evaluate("[localStorage.length, document.cookie]")).toEqual([0, ""]);
    await page.reload();
    await page.locator("#findings table").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    expect(await page.locator("#data").isVisible()).toBe(false);
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
  });

  test("opens the latest report from memory, with the token and without a link that carries it", async () => {
    await open();
    await signIn();
    const opened = page.waitForEvent("popup");
    await page.getByRole("button", { name: "Open the latest report" }).click();
    const report = await opened;
    await report.getByRole("heading", { name: "Access review 9" }).waitFor();
    expect(report.url()).toMatch(/^blob:/);
    const spacing = "getComputedStyle(document.querySelector('h1')).letterSpacing";
    expect(await report.evaluate(spacing)).toBe("3px");
    expect(foreign).toEqual([]);
  });

  test("never takes what a user name holds for markup", async () => {
    await api.database.pool.query(
      "update sessions set body = jsonb_set(body, '{user,userName}', to_jsonb($1::text)) where user_id = $2",
      ["<img src=x onerror=alert(1)>", person(6).userId],
    );
    await open();
    await signIn();
    await page.getByText("<img src=x onerror=alert(1)>").waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    expect(errors).toEqual([]);
  });

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
  ] as const)("in %s at %i pixels nothing leaves the page sideways", async (colorScheme, width) => {
    await open({ colorScheme, width });
    await signIn();
    await page.locator("#findings table").waitFor();
    const overflow = await page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    expect(overflow).toBe(0);
    const folder = process.env["CURFEW_TEST_SCREENSHOTS"];
    if (folder !== undefined) {
      await page.screenshot({
        path: `${folder}/landing-${colorScheme}-${width}.png`,
        fullPage: true,
      });
    }
  });
});
