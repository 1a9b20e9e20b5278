/**
 * The network an address belongs to, as rules compare places: IPv4 by /24, IPv6 by /48, the usual sizes of one site.
 * It knows nothing of providers or countries; what CloudTrail writes instead of an address (`AWS Internal`, a host name) has none.
 */

function ipv4(text: string): number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

/** The eight groups of an IPv6 address without zone; null for anything else. */
function ipv6(text: string): number[] | null {
  const lastColon = text.lastIndexOf(":");
  const tail = ipv4(text.slice(lastColon + 1));
  const plain =
    tail === null || lastColon < 0
      ? text
      : `${text.slice(0, lastColon + 1)}${(tail[0]! * 256 + tail[1]!).toString(16)}:${(tail[2]! * 256 + tail[3]!).toString(16)}`;
  const halves = plain.split("::");
  if (halves.length > 2) return null;
  const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head!.length - (rest?.length ?? 0);
  if (rest === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head!, ...Array.from({ length: missing }, () => "0"), ...(rest ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** `192.0.2.0/24`, `2001:db8:1::/48`; null where the text is no IP address. An IPv4 address in IPv6 form counts as IPv4. */
export function networkOf(address: string | null): string | null {
  if (address === null) return null;
  const four = ipv4(address);
  if (four !== null) return `${four.slice(0, 3).join(".")}.0/24`;
  const six = ipv6(address);
  if (six === null) return null;
  if (six.slice(0, 5).every((group) => group === 0) && six[5] === 0xffff) {
    return `${six[6]! >> 8}.${six[6]! & 255}.${six[7]! >> 8}.0/24`;
  }
  return `${six
    .slice(0, 3)
    .map((group) => group.toString(16))
    .join(":")}::/48`;
}
