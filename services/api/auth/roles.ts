/**
 * Who may call which route: one table, deny by default. A route that is not listed fails the start, and so does an entry without a
 * route. Roles do not include one another; what a role may do is what is written here.
 */

export const ROLES = ["reader", "auditor", "reviewer", "responder", "approver", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** `anyone` needs no token. */
export type Access = "anyone" | readonly Role[];

const EVERY_ROLE: Access = ROLES;

/** By method and path as registered. HEAD goes with GET. */
export const ACCESS: Readonly<Record<string, Access>> = {
  "GET /": "anyone",
  "GET /landing-theme.css": "anyone",
  "GET /landing.css": "anyone",
  "GET /landing-tables.css": "anyone",
  "GET /landing.js": "anyone",
  "GET /landing-sections.js": "anyone",
  "GET /landing-coverage.js": "anyone",
  "GET /landing-view.js": "anyone",
  "GET /healthz": "anyone",
  "GET /readyz": "anyone",
  "GET /v1/openapi.json": "anyone",
  "GET /v1/status": "anyone",
  "GET /v1/sessions": EVERY_ROLE,
  "GET /v1/sessions/:id": EVERY_ROLE,
  "GET /v1/residuals": EVERY_ROLE,
  "GET /v1/people": EVERY_ROLE,
  "GET /v1/people/:id/timeline": EVERY_ROLE,
  "GET /v1/durations": EVERY_ROLE,
  "POST /v1/durations": ["admin"],
  "GET /v1/findings": EVERY_ROLE,
  "GET /v1/findings/:id": EVERY_ROLE,
  "GET /v1/events/:eventId": EVERY_ROLE,
  "GET /v1/people/:id/access": EVERY_ROLE,
  "GET /v1/assignments": EVERY_ROLE,
  "GET /v1/accounts": EVERY_ROLE,
  "GET /v1/accounts/:id/access": EVERY_ROLE,
  "GET /v1/permission-sets": EVERY_ROLE,
  "GET /v1/permission-sets/:id": EVERY_ROLE,
  "GET /v1/reports": EVERY_ROLE,
  "GET /v1/reports/:id": EVERY_ROLE,
  "GET /v1/reports/:id/files/:name": EVERY_ROLE,
  "GET /v1/rules": EVERY_ROLE,
  "GET /v1/coverage": EVERY_ROLE,
  "GET /v1/coverage/problems": EVERY_ROLE,
  "GET /v1/coverage/blind-spots": EVERY_ROLE,
  "GET /v1/audit": ["auditor", "admin"],
  "GET /v1/revocations": EVERY_ROLE,
  "GET /v1/revocations/:id": EVERY_ROLE,
  "POST /v1/revocations": ["responder", "admin"],
  "POST /v1/revocations/:id/approve": ["approver", "admin"],
  "POST /v1/revocations/:id/cancel": ["responder", "approver", "admin"],
  "GET /v1/tokens": ["admin"],
  "POST /v1/tokens": ["admin"],
  "DELETE /v1/tokens/:id": ["admin"],
};
