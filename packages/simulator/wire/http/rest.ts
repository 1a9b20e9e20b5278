/**
 * REST JSON: the operation is told by method and path, its members by the path and the body. Guarantees that a path which no route
 * takes names no operation. Query strings are not read: the one service that is served so has none.
 */
import { readJson } from "./json.ts";
import type { Members } from "./input.ts";

/** A path as `/entitlements/{entitlementId}`; what stands in braces becomes a member and may hold escaped slashes. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
}

/** The operation of a request with its members, or null. Members of the path win over those of the body. */
export function readRest(
  routes: readonly Route[],
  request: { method: string; url: string; body: string },
): { operation: string; members: Members } | null {
  const path = request.url.split("?")[0] ?? "/";
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const named = matched(route.path, path);
    if (named === null) continue;
    return { operation: route.operation, members: { ...readJson(request.body), ...named } };
  }
  return null;
}

/** ARNs come escaped, or with their slashes as they are: the last name of a route takes the rest of the path. */
function matched(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (given.length < wanted.length) return null;
  const named: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    const last = index === wanted.length - 1;
    const value = name !== undefined && last ? given.slice(index).join("/") : given[index];
    if (name === undefined ? value !== part : value === "") return null;
    if (name !== undefined) named[name] = decodeURIComponent(value ?? "");
  }
  const open = wanted.at(-1)?.startsWith("{") === true;
  return !open && given.length > wanted.length ? null : named;
}
