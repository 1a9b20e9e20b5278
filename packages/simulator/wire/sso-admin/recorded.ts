/** How CloudTrail shows the answer of an asynchronous request: members in camel case, dates in words. It invents no member. */

/** The status of a request that was accepted at an instant, as CloudTrail shows it. */
export function recorded(
  status: Readonly<Record<string, unknown>>,
  at: number,
): Record<string, unknown> {
  const members = Object.entries(status).map(([name, value]) => [uncapitalized(name), value]);
  return { ...Object.fromEntries(members), createdDate: inWords(at) };
}

/** CloudTrail prints dates of response elements in words, such as `Jul 1, 2026, 12:08:19 PM`. */
function inWords(at: number): string {
  return new Intl.DateTimeFormat("en-US", {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: "UTC",
  }).format(at);
}

export function uncapitalized(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
