/** Reads a variable-length integer. Returns it with its end: https://sqlite.org/fileformat2.html#varint */
export function readVarint(page: Buffer, from: number): [bigint, number] {
  let value = 0n;
  for (let i = 0; i < 8; i++) {
    const byte = page[from + i] ?? 0;
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return [value, from + i + 1];
  }
  return [BigInt.asIntN(64, (value << 8n) | BigInt(page[from + 8] ?? 0)), from + 9];
}
