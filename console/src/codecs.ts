// What a browser is to be asked whether it can play: the codecs of a film, read from its
// initialization segment (ISO/IEC 14496-12; RFC 6381 for how they are written).

type Boxes = Map<string, Uint8Array[]>;

const SAMPLE_ENTRY_BYTES = { picture: 78, sound: 28 };
const STSD_BYTES = 8;

// Answers such as `video/mp4; codecs="avc1.64001f,mp4a.40.2"`.
export function typeOf(film: Uint8Array): string {
  const codecs = tracksOf(film).map(codecOf);
  return `video/mp4; codecs="${codecs.join(",")}"`;
}

// The sample entries of a film's tracks: a kind and its content each.
function tracksOf(film: Uint8Array): [string, Uint8Array][] {
  const moov = boxesIn(film).get("moov")?.[0] ?? new Uint8Array();
  return (boxesIn(moov).get("trak") ?? []).flatMap((trak) => {
    const stsd = inside(trak, "mdia", "minf", "stbl", "stsd");
    return [...boxesIn(stsd.subarray(STSD_BYTES))].map(
      ([kind, [entry]]): [string, Uint8Array] => [kind, entry!],
    );
  });
}

function inside(box: Uint8Array, ...way: string[]): Uint8Array {
  let found = box;
  for (const kind of way) found = boxesIn(found).get(kind)?.[0] ?? new Uint8Array();
  return found;
}

function boxesIn(bytes: Uint8Array): Boxes {
  const found: Boxes = new Map();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at);
    if (size < 8) break; // nothing that an initialization segment has
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    found.set(kind, [...(found.get(kind) ?? []), bytes.subarray(at + 8, at + size)]);
    at += size;
  }
  return found;
}

// A kind that is not known here is answered as it stands, and the browser says what it thinks of it.
function codecOf([kind, entry]: [string, Uint8Array]): string {
  const pictures = () => boxesIn(entry.subarray(SAMPLE_ENTRY_BYTES.picture));
  const sound = () => boxesIn(entry.subarray(SAMPLE_ENTRY_BYTES.sound));
  switch (kind) {
    case "avc1":
    case "avc3":
      return `${kind}.${hexes(pictures().get("avcC")?.[0]?.subarray(1, 4) ?? [])}`;
    case "hvc1":
    case "hev1":
      return `${kind}.${hevc(pictures().get("hvcC")?.[0] ?? new Uint8Array(23))}`;
    case "mp4a":
      return `mp4a.${aac(sound().get("esds")?.[0] ?? new Uint8Array())}`;
    case "Opus":
      return "opus";
    default:
      return kind;
  }
}

function hexes(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ISO/IEC 14496-15, annex E: profile, what it is compatible with, tier and level, constraints.
function hevc(hvcC: Uint8Array): string {
  const view = new DataView(hvcC.buffer, hvcC.byteOffset, hvcC.byteLength);
  const first = hvcC[1]!;
  const profile = `${["", "A", "B", "C"][first >> 6]}${first & 31}`;
  const level = `${first & 32 ? "H" : "L"}${hvcC[12]}`;
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const compatible = reversed(view.getUint32(2)).toString(16);
  return [profile, compatible, level, ...constraints.map((byte) => byte.toString(16))].join(".");
}

function reversed(bits: number): number {
  let turned = 0;
  for (let place = 0; place < 32; place++) turned = turned * 2 + ((bits >>> place) & 1);
  return turned;
}

// ISO/IEC 14496-1: the object's type, and for MPEG-4 sound which of its kinds.
function aac(esds: Uint8Array): string {
  const decoder = descriptor(esds.subarray(4), 3, 4);
  const type = decoder[0] ?? 0x40;
  const specific = descriptor(decoder.subarray(13), 5);
  const kind = specific[0] === undefined ? 2 : specific[0] >> 3;
  return type === 0x40 ? `40.${kind}` : type.toString(16);
}

// The content of a descriptor of that tag, inside those before it; of tag 3 behind its fields.
function descriptor(bytes: Uint8Array, tag: number, ...deeper: number[]): Uint8Array {
  if (bytes[0] !== tag) return new Uint8Array();
  let at = 1;
  while ((bytes[at] ?? 0) & 0x80) at++;
  const content = bytes.subarray(at + 1);
  const [next, ...rest] = deeper;
  return next === undefined ? content : descriptor(content.subarray(3), next, ...rest);
}
