// A second verifier, written from docs/receipts.md alone: node verify.mjs RECEIPT VKEY [WITNESS...]
// Exits with 0 and prints the entry's place, or with 1. Strict where hashes and signatures decide;
// the shape of a statement's fields is left to the first verifier.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const leafHash = (data) => sha256(Buffer.of(0), data);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const must = (holds, what) => {
  if (!holds) throw new Error(what);
};

// RFC 8785: members sorted by UTF-16 code units; JavaScript writes strings and numbers as it asks.
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
};

const parseKey = (vkey) => {
  const [name, id, ...encoded] = vkey.split("+");
  const material = Buffer.from(encoded.join("+"), "base64");
  const expected = sha256(Buffer.from(`${name}\n`), material).subarray(0, 4);
  must(expected.toString("hex") === id && material.length === 33, "bad key");
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), material.subarray(1)]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return { name, id, type: material[0], key };
};

const parseNote = (note) => {
  const end = note.lastIndexOf("\n\n");
  must(end >= 0 && note.endsWith("\n"), "bad note");
  const lines = note.slice(end + 2, -1).split("\n").map((line) => line.split(" "));
  must(lines.every(([dash, , , more]) => dash === "\u2014" && more === undefined), "bad signature");
  return {
    text: note.slice(0, end + 1),
    signatures: lines.map(([, name, encoded]) => [name, Buffer.from(encoded, "base64")]),
  };
};

const signedBy = ({ text, signatures }, { name, id, type, key }) => {
  const mine = signatures.filter(([by, raw]) => by === name && raw.toString("hex", 0, 4) === id);
  for (const [, raw] of mine) {
    const time = type === 4 ? raw.readBigUInt64BE(4) : undefined;
    const message = type === 4 ? `cosignature/v1\ntime ${time}\n${text}` : text;
    const signature = raw.subarray(type === 4 ? 12 : 4);
    must(verify(null, Buffer.from(message), key, signature), "bad signature");
  }
  return mine.length > 0;
};

const rootFrom = (leaf, index, size, path) => {
  must(index < size, "no such leaf");
  let [at, last, hash] = [BigInt(index), BigInt(size) - 1n, leaf];
  for (const sibling of path) {
    must(last > 0n, "path too long");
    if (at & 1n || at === last) {
      hash = nodeHash(sibling, hash);
      while (!(at & 1n) && at > 0n) [at, last] = [at >> 1n, last >> 1n];
    } else hash = nodeHash(hash, sibling);
    [at, last] = [at >> 1n, last >> 1n];
  }
  must(last === 0n, "path too short");
  return hash;
};

const rootOf = (leaves) => {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leafHash(leaves[0]);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
};

const commit = (tag, { item, salt }) =>
  sha256(Buffer.from(`unhear/${tag}/v1`), Buffer.from(salt, "hex"), Buffer.from(item, "hex"));

const checkOpening = (statement, opening) => {
  if (!opening.item) {
    for (const name of ["subject", "person", "notice"].filter((one) => one in opening)) {
      must(commit(name, opening[name]).toString("hex") === statement[name], `bad ${name}`);
    }
    if (!opening.items) return;
  }
  const root = opening.items
    ? rootOf(opening.items.map((item) => commit("item", item)).sort(Buffer.compare))
    : rootFrom(
        leafHash(commit("item", opening.item)),
        opening.index,
        opening.size,
        opening.path.map((hash) => Buffer.from(hash, "hex")),
      );
  must(root.toString("hex") === statement.items_root, "bad items");
};

const [, , file, logKey, ...witnessKeys] = process.argv;
const receipt = JSON.parse(readFileSync(file, "utf8"));
must(receipt.format === "unhear-receipt/v1", "bad format");
const end = receipt.proof.indexOf("\n\n");
const [title, ...head] = receipt.proof.slice(0, end).split("\n");
must(title === "c2sp.org/tlog-proof@v1", "bad proof");
if (head[0].startsWith("extra ")) head.shift();
const index = Number(head.shift().replace(/^index /, ""));
const note = parseNote(receipt.proof.slice(end + 2));
const log = parseKey(logKey);
must(log.type === 1 && signedBy(note, log), "not signed by the log");
const witnessed = witnessKeys.map(parseKey).every((key) => key.type === 4 && signedBy(note, key));
must(witnessed, "not witnessed");
const [origin, size, root] = note.text.split("\n");
must(origin === log.name, "another log");
const path = head.map((line) => Buffer.from(line, "base64"));
const leaf = leafHash(Buffer.from(canonical(receipt.statement)));
must(rootFrom(leaf, index, Number(size), path).equals(Buffer.from(root, "base64")), "not included");
if (receipt.opening) checkOpening(receipt.statement, receipt.opening);
console.log(`${index} of ${size}`);
