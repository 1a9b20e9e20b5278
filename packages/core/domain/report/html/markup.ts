/**
 * HTML as a template: whatever is put in is escaped unless it is markup made here. Names come from a directory that others fill,
 * so control and direction-changing characters are shown as a replacement mark instead of being obeyed (Trojan Source, CVE-2021-42574).
 */

export interface Markup {
  readonly markup: string;
}
type Part = string | number | null | Markup | readonly Markup[];

/** Control characters but tab and line ends, and those that turn the direction of text. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Bidi_Control}]/gu;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe as text and inside a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(UNSEEN, "\ufffd").replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

function rendered(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  return part.map(({ markup }) => markup).join("");
}

export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return {
    markup: texts.reduce(
      (all, text, index) => `${all}${rendered(parts[index - 1] ?? null)}${text}`,
    ),
  };
}

export const NOTHING: Markup = { markup: "" };
