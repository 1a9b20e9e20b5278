/**
 * Takes comments and texts out of TypeScript without a compiler, at unchanged offsets, so that a rule does not trip over what a comment says.
 * It knows strings, templates (two levels deep), regular expressions and comments; it is no parser, and odd code can mislead it.
 */

export interface Code {
  /** Comments blanked; strings as they are. */
  readonly withTexts: string;
  /** Strings and regular expressions blanked between their quotes too. What stands in `${…}` remains. */
  readonly bare: string;
}

const COMMENT = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
const TEXT = String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`;
const TEMPLATE = "`(?:\\\\[\\s\\S]|\\$\\{(?:[^{}]|\\{[^{}]*\\})*\\}|[^`\\\\])*`";
// A slash starts a regular expression only where no value ends: after an operator, an opening bracket or `return`.
const REGULAR = String.raw`(?<=(?:^|[(,=:[!&|?{};\n]|\breturn)\s*)\/(?![*\/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\/\\\n[])+\/[dgimsuvy]*`;
const TOKENS = new RegExp(`${COMMENT}|${TEXT}|${TEMPLATE}|${REGULAR}`, "g");

const spaces = (text: string): string => text.replace(/[^\n]/g, " ");

function bareTemplate(token: string): string {
  let result = "";
  let last = 1;
  for (const hole of token.matchAll(/\\[\s\S]|\$\{((?:[^{}]|\{[^{}]*\})*)\}/g)) {
    if (hole[1] === undefined) continue;
    const from = hole.index + 2;
    result += spaces(token.slice(last, from)) + readCode(hole[1]).bare;
    last = from + hole[1].length;
  }
  return `\`${result}${spaces(token.slice(last, -1))}\``;
}

function bareToken(token: string): string {
  if (token.startsWith("`")) return bareTemplate(token);
  const first = token[0] ?? "";
  return `${first}${spaces(token.slice(1, -1))}${first === "/" ? " " : first}`;
}

/** The code of a file in its two readings. */
export function readCode(text: string): Code {
  const isComment = (token: string): boolean => token.startsWith("//") || token.startsWith("/*");
  return {
    withTexts: text.replace(TOKENS, (token) => (isComment(token) ? spaces(token) : token)),
    bare: text.replace(TOKENS, (token) => (isComment(token) ? spaces(token) : bareToken(token))),
  };
}

/** The line an offset stands on, from 1. */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, offset).split("\n").length;
