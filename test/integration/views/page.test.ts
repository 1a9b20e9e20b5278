/** The page's part on sessions in a real browser: a bar of the last 24 hours that needs no colour, and what to do where there is nothing. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../api/api.ts";
import { addPerson, addSession } from "../api/seed.ts";

const CHROMIUM = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

// The landing page's own tests say so when there is no browser, and fail for it in CI.
describe.runIf(existsSync(CHROMIUM))("sessions on the page", () => {
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    api = await startTestApi();
    await addPerson(api.database, 1);
    const url = await api.app.listen({ host: "127.0.0.1", port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    page = await browser.newPage({ timezoneId: "Europe/Berlin", locale: "en-GB" });
    page.on("pageerror", (error) => errors.push(error.message));
    await page.clock.setFixedTime("2026-03-02T09:00:00Z");
    await page.goto(url);
    await page.getByLabel("API token").fill(api.tokens.reader);
    await page.keyboard.press("Enter");
    await page.locator("#sessions .empty").waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });

  test("says what to do where there is no session, then draws each with signs and words", async () => {
    expect(await page.locator("#sessions .empty").innerText()).toContain("curfew ingest PATH");
    await addSession(api.database, 1, 150);
    await addSession(api.database, 1, 2_000);
    await page.reload();
    await page.locator("#sessions table").waitFor();
    const bars = page.locator("#sessions .bar");
    expect(await bars.first().textContent()).toBe(`${"·".repeat(21)}▇▇·`);
    expect(await bars.first().getAttribute("aria-label")).toBe(
      "Of the last 24 hours alive in 2, perhaps in 0 more.",
    );
    expect(await bars.last().textContent()).toBe("·".repeat(24));
    expect(errors).toEqual([]);
  });
});
