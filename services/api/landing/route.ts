/**
 * The page at `/`. It shows anyone what runs, and data only with a token that its reader pastes; the token stays in the browser's tab.
 * Page, style and script come from this origin under a policy that allows nothing else: it makes no request to anywhere.
 */
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ApiDependencies } from "../dependencies.ts";

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";
const FILES = [
  { path: "/", file: "landing.html", type: "text/html; charset=utf-8" },
  { path: "/landing-theme.css", file: "landing-theme.css", type: STYLE },
  { path: "/landing.css", file: "landing.css", type: STYLE },
  { path: "/landing-tables.css", file: "landing-tables.css", type: STYLE },
  { path: "/landing.js", file: "landing.js", type: SCRIPT },
  { path: "/landing-sections.js", file: "landing-sections.js", type: SCRIPT },
  { path: "/landing-coverage.js", file: "landing-coverage.js", type: SCRIPT },
  { path: "/landing-view.js", file: "landing-view.js", type: SCRIPT },
] as const;

/**
 * A report that is opened from the page's memory lives under the page's own policy, and carries its styles within. Markup cannot come
 * in by it: the page makes text of whatever the API answers.
 */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function landingRoutes(app: FastifyInstance, _dependencies: ApiDependencies): void {
  for (const { path, file, type } of FILES) {
    const content = readFileSync(new URL(file, import.meta.url));
    app.get(
      path,
      { schema: { hide: true, querystring: z.strictObject({}) } },
      (_request, reply) => {
        if (path === "/") void reply.header("content-security-policy", PAGE_POLICY);
        return reply.type(type).header("cache-control", "no-cache").send(content);
      },
    );
  }
}
