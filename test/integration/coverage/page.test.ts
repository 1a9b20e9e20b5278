/** The page's part on coverage in a real browser: gaps and problems in words, a bar that needs no colour, and what nobody can see. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../api/api.ts";
import { addObject, addPlace, at, MEMBER, OWNER } from "./tables.ts";

const CHROMIUM = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

// The landing page's own tests say so when there is no browser, and fail for it in CI.
describe.runIf(existsSync(CHROMIUM))("coverage on the page", () => {
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    api = await startTestApi();
    api.setNow(Date.parse(at("12:00")));
    await addPlace(api.database, [
      ["00:00", "02:00"],
      ["08:00", "12:00"],
    ]);
    await addPlace(api.database, [["00:00", "12:00"]], { accountId: MEMBER });
    await addObject(api.database, "09:20", "failing", "<img src=x onerror=alert(1)> denied.");
    const url = await api.app.listen({ host: "127.0.0.1", port: 0 });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    page = await browser.newPage({ timezoneId: "Europe/Berlin", locale: "en-GB" });
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(url);
    await page.getByLabel("API token").fill(api.tokens.reader);
    await page.keyboard.press("Enter");
    await page.locator("#coverage table").waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });

  test("lists each account and Region, those with gaps first", async () => {
    const accounts = page.locator("#coverage tbody td:nth-child(2)");
    expect(await accounts.allInnerTexts()).toEqual([
      expect.stringContaining(OWNER),
      expect.stringContaining(MEMBER),
    ]);
    expect(await page.locator("#coverage").innerText()).toContain("1 of 2 with gaps");
  });

  test("draws a day with a gap with a sign and a sentence, not by colour alone", async () => {
    const bars = page.locator("#coverage .bar");
    expect((await bars.first().textContent())?.trim()).toBe("×");
    expect((await bars.last().textContent())?.trim()).toBe("▇");
    expect(await bars.first().getAttribute("aria-label")).toBe(
      "Of the last 30 days 0 were read and 1 has a gap.",
    );
  });

  test("says what is wrong in its sentence, as text whatever it holds", async () => {
    const problems = await page.locator("#coverage .problems li").allInnerTexts();
    expect(problems.join("\n")).toContain("7 hours are not covered");
    expect(problems.join("\n")).toContain("<img src=x onerror=alert(1)> denied.");
    expect(errors).toEqual([]);
  });

  test("keeps what CloudTrail cannot show one key press away", async () => {
    const summary = page.locator("#coverage summary");
    const unseen = page.locator("#coverage .unseen");
    expect(await unseen.isVisible()).toBe(false);
    await summary.focus();
    await page.keyboard.press("Enter");
    expect(await unseen.innerText()).toContain("Failed sign-ins at an external identity provider.");
  });

  test("fits a telephone without scrolling the page sideways", async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    const wide = await page.evaluate("document.documentElement.scrollWidth > 390");
    expect(wide).toBe(false);
  });
});
