/** Bytes of a file; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

const frameMagic = 0xfd2fb528;
const dictionaryBytes = [0, 1, 2, 4] as const;
const contentBytes = [0, 2, 4, 8] as const;
const checksumBytes = 4;
const blockHeaderBytes = 3;

const number = (bytes: Uint8Array): number => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);

/** Whether these four bytes begin a frame whose content is to be passed over. Source: RFC 8878 section 3.1.2. */
const isSkippable = (magic: number): boolean => magic >>> 4 === 0x184d2a5;

/** Where the blocks of a frame begin, behind its header. Source: RFC 8878 section 3.1.1.1. */
const blocksAt = (at: number, descriptor: number): number => {
  const isSingle = (descriptor & 0x20) !== 0;
  const content = contentBytes[descriptor >> 6] ?? 0;
  return at + 5 + (isSingle ? 0 : 1) + (dictionaryBytes[descriptor & 3] ?? 0) + (isSingle ? content || 1 : content);
};

/** Where a frame's last block ends. Source: RFC 8878 section 3.1.1.2. */
const endOfBlocks = (read: ReadAt, from: number): number | undefined => {
  for (let at = from; ; ) {
    const bytes = read(at, blockHeaderBytes);
    if (bytes.length < blockHeaderBytes) return undefined;
    const header = number(bytes);
    const isRepeated = ((header >> 1) & 3) === 1;
    at += blockHeaderBytes + (isRepeated ? 1 : header >> 3);
    if ((header & 1) === 1) return at;
  }
};

const endOfFrame = (read: ReadAt, at: number): number | undefined => {
  const bytes = read(at, 8);
  const magic = number(bytes.subarray(0, 4));
  if (bytes.length === 8 && isSkippable(magic)) return at + 8 + number(bytes.subarray(4));
  const descriptor = bytes[4];
  if (magic !== frameMagic || descriptor === undefined) return undefined;
  const end = endOfBlocks(read, blocksAt(at, descriptor));
  return end === undefined ? undefined : end + ((descriptor & 4) === 0 ? 0 : checksumBytes);
};

/**
 * Whether a zstd file ends where its last frame does. The runtime takes one that is cut short, or has something behind its end, for whole. Reads headers
 * only. Never throws by itself. Source: RFC 8878 section 3.
 */
export const isZstdWhole = (read: ReadAt, sizeBytes: number): boolean => {
  for (let at = 0; at < sizeBytes; ) {
    const end = endOfFrame(read, at);
    if (end === undefined || end > sizeBytes) return false;
    at = end;
  }
  return true;
};
