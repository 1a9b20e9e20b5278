/** The paging members of this API in the spelling of the others, so that all page alike. It checks no token: the pager does. */
import type { Members } from "../http/input.ts";
import { InvalidInput } from "../http/wire-error.ts";

/** The paging members of this API, as the others spell them; the rest binds the token. */
export function pagingOf(members: Members): Members {
  const { nextToken: token, maxResults, ...rest } = members;
  if (token !== undefined && token !== null && typeof token !== "string")
    throw new InvalidInput("nextToken must be a text.");
  return { ...rest, NextToken: token, MaxResults: maxResults };
}
