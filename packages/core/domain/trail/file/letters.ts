/** The bytes that give JSON its form, and those that end lines. */
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const LETTER_U = 0x75;
export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
export const SPACE = 0x20;

/** Characters of a bare word: numbers have fewer. */
export const LONGEST_WORD = 64;

/** Where a bare word such as `null` ends. */
const ENDS_WORD: ReadonlySet<number> = new Set([
  COMMA,
  CLOSE_LIST,
  CLOSE_OBJECT,
  TAB,
  NEWLINE,
  RETURN,
  SPACE,
]);

export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB;
}

/** The end of the bare word that begins at `from`; the end of the bytes where it may go on behind them. */
export function endOfWord(bytes: Buffer, from: number): number {
  let end = from;
  while (end < bytes.length && !ENDS_WORD.has(bytes[end]!)) end += 1;
  return end;
}

/** True when the bytes end with a backslash that escapes whatever follows. */
export function endsEscaping(bytes: Buffer): boolean {
  let backslashes = 0;
  while (bytes[bytes.length - 1 - backslashes] === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
