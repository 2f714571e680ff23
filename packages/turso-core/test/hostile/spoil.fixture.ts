/** Values in places where no server has them. */
const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  '',
  '9'.repeat(50),
  'http://[',
  [],
  {},
  [null],
  { type: 'null' },
  { type: 'integer', value: '-9223372036854775808' },
  { type: 'text', value: 'x' },
  { type: 'float', value: null },
  { type: 'blob', base64: '' },
  { message: 'no', code: 'SQLITE_BUSY' },
];

/** Returns an answer with one part of it replaced, left out or repeated. A seed always chooses the same. */
export function spoil(body: Buffer, seed: number): Buffer {
  let state = seed * 7919 + 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
  return body[0] === 0x7b ? spoilJson(body, below) : spoilBytes(body, below);
}

function spoilJson(body: Buffer, below: (limit: number) => number): Buffer {
  const answer = JSON.parse(body.toString()) as Node;
  const parts = partsOf(answer);
  const [parent, key] = parts[below(parts.length)] as Part;
  const kind = below(3);
  if (Array.isArray(parent) && kind === 0) parent.splice(Number(key), 0, parent[Number(key)]);
  else if (Array.isArray(parent) && kind === 1) parent.splice(Number(key), 1);
  else parent[key] = ODD[below(ODD.length)];
  return Buffer.from(JSON.stringify(answer));
}

type Node = Record<string, unknown>;
type Part = readonly [parent: Node, key: string];

function partsOf(parent: Node): Part[] {
  return Object.entries(parent).flatMap(([key, value]): Part[] => [
    [parent, key],
    ...(typeof value === 'object' && value !== null ? partsOf(value as Node) : []),
  ]);
}

/** The first bytes hold most of the structure. */
const HEAD = 200;

function spoilBytes(body: Buffer, below: (limit: number) => number): Buffer {
  if (body.length === 0) return Buffer.of(below(256));
  const at = below(Math.min(body.length, HEAD));
  const [before, after] = [body.subarray(0, at), body.subarray(at + 1)];
  const byte = body[at] ?? 0;
  const instead = [Buffer.of(byte, byte), Buffer.alloc(0), Buffer.of(byte ^ (1 + below(255)))][below(3)];
  return Buffer.concat([before, instead ?? Buffer.alloc(0), after]);
}
