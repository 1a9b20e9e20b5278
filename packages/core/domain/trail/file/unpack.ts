/**
 * Gzip in pieces of bounded size. What does not unpack whole (cut, damaged, followed by something else, packed twice) is a fault, and
 * the fault comes at the latest with the last piece: a caller that must write nothing of such a file unpacks it once beforehand.
 */
import { createGunzip, gunzipSync, type Gunzip } from "node:zlib";
import { Fault } from "../../fault.ts";

/** Pieces of this size inflate three to four times faster than zlib's 16 KiB. */
const PIECE = 1024 * 1024;

/** Unpacked, a file may have so many bytes whatever its ratio, */
const UNSUSPICIOUS = 512 * 1024 * 1024;
/** and beyond them so many for each packed byte. Trails have ten to thirty, repeated records a hundred, bombs a thousand. */
const LARGEST_RATIO = 250;

export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The whole of a small file; null when it unpacks to more than `limit` bytes. */
export function unpackedAtOnce(bytes: Uint8Array, name: string, limit: number): Buffer | null {
  try {
    const { buffer, engine } = gunzipSync(bytes, {
      chunkSize: sizeOfPiece(bytes, limit),
      maxOutputLength: limit,
      info: true,
    }) as unknown as { buffer: Buffer; engine: Gunzip };
    if (engine.bytesWritten !== bytes.length) throw new Error("something follows the gzip data");
    if (isGzip(buffer)) throw packedTwice(name);
    return buffer;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw cause instanceof Fault ? cause : damaged(name, cause);
  }
}

/** Gzip ends with the length of its last member: one piece of that size need not be put together from several. */
function sizeOfPiece(bytes: Uint8Array, limit: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(-4);
  const length = first + second * 2 ** 8 + third * 2 ** 16 + fourth * 2 ** 24;
  return length <= limit ? Math.max(length + 1, 16 * 1024) : PIECE;
}

/** The pieces of a file of any size; members that follow each other are one text. */
export async function* unpacked(packed: Pieces, name: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  const fed = { bytes: 0, all: false };
  // Its failure is told by the reading side.
  const feeding = feed(gunzip, packed, fed).catch((error: unknown) => {
    gunzip.destroy(error as Error);
  });
  let bytes = 0;
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      if (bytes === 0 && isGzip(piece)) throw packedTwice(name);
      bytes += piece.length;
      if (bytes > UNSUSPICIOUS && bytes > fed.bytes * LARGEST_RATIO) throw bomb(name);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof Fault || !isZlibError(cause)) throw cause;
    throw damaged(name, cause);
  } finally {
    gunzip.destroy();
  }
  // What follows a last member stops zlib without an error when it begins with zero bytes.
  if (!fed.all || gunzip.bytesWritten !== fed.bytes) throw damaged(name, undefined);
  await feeding;
}

async function feed(
  gunzip: Gunzip,
  packed: Pieces,
  fed: { bytes: number; all: boolean },
): Promise<void> {
  for await (const piece of packed) {
    fed.bytes += piece.length;
    await new Promise<void>((resolve, reject) => {
      gunzip.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
  fed.all = true;
  gunzip.end();
}

function isZlibError(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && code.startsWith("Z_");
}

function packedTwice(name: string): Fault {
  return new Fault("input.broken-gzip", `${name} was gzipped twice; unpack it once and try again.`);
}

function damaged(name: string, cause: unknown): Fault {
  return new Fault(
    "input.broken-gzip",
    `${name} does not unpack whole (it is truncated or damaged), so none of it was read; fetch it again.`,
    cause === undefined ? {} : { cause },
  );
}

function bomb(name: string): Fault {
  return new Fault(
    "input.too-large",
    `${name} unpacks to more than ${LARGEST_RATIO} times its size and ${UNSUSPICIOUS / 1024 / 1024} MiB, as no trail does; unpack it and name the unpacked file if you trust it.`,
  );
}
