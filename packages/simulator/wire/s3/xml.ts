/**
 * The XML of S3's REST protocol: elements in, text out. Guarantees that any text survives it, control characters too as far as
 * XML 1.0 has them; what a key holds beyond that needs the listing's `encoding-type=url`, as with S3.
 */

/** An element's content: a text, a number or elements by name; a list repeats the element. */
type Single = string | number | boolean | Elements;
export interface Elements {
  readonly [name: string]: Single | readonly Elements[] | undefined;
}

/** A document of one root element; absent members are left out. */
export function document(root: string, content: Elements | string, namespace?: string): string {
  const attribute = namespace === undefined ? "" : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

function elements(of: Elements): string {
  return Object.entries(of)
    .flatMap(([name, content]) => {
      if (content === undefined) return [];
      const each = isList(content) ? content : [content];
      return each.map((one) => `<${name}>${inner(one)}</${name}>`);
    })
    .join("");
}

function isList(content: Single | readonly Elements[]): content is readonly Elements[] {
  return Array.isArray(content);
}

function inner(content: Single): string {
  return typeof content === "object" ? elements(content) : escaped(`${content}`);
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;")
    .replaceAll("\n", "&#10;");
}
