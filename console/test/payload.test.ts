import assert from "node:assert/strict";
import { test } from "node:test";

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Decrypter, Encrypter } from "age-encryption";

import { utf8 } from "../src/bytes";
import { Unopenable } from "../src/problem";
import { identityOf, newSecret, recipientOf } from "../src/identity";
import { Payload } from "../src/payload";

const CHUNK = 64 * 1024;
const SEALED = CHUNK + 16;
const NONCE = 16;
const LENGTHS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 1234];

// What another age program made, taken apart.
async function made(length: number) {
  const secret = newSecret();
  const content = new Uint8Array(length);
  for (let at = 0; at < length; at += CHUNK) {
    crypto.getRandomValues(content.subarray(at, Math.min(at + CHUNK, length)));
  }
  const encrypter = new Encrypter();
  encrypter.addRecipient(await recipientOf(secret));
  const file = await encrypter.encrypt(content);
  const mac = new TextDecoder("latin1").decode(file).indexOf("\n--- ");
  const cut = file.indexOf(10, mac + 1) + 1;
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityOf(secret));
  const fileKey = await decrypter.decryptHeader(file.subarray(0, cut));
  return { content, fileKey, payload: file.slice(cut) };
}

function opened(fileKey: Uint8Array, payload: Uint8Array): Promise<Payload> {
  const readAt = (start: number, end: number) => Promise.resolve(payload.subarray(start, end));
  return Payload.open(fileKey, payload.length, readAt);
}

test("any part of what another program sealed is read, and no more is fetched", async () => {
  for (const length of LENGTHS) {
    const { content, fileKey, payload } = await made(length);
    const asked: number[] = [];
    const readAt = (start: number, end: number) => {
      asked.push(end - start);
      return Promise.resolve(payload.subarray(start, end));
    };
    const reader = await Payload.open(fileKey, payload.length, readAt);
    assert.equal(reader.length, length);
    for (const [offset, count] of [[0, length], [0, 10], [CHUNK - 5, 10], [length - 3, 99], [length, 5]]) {
      const at = Math.max(offset!, 0);
      const wanted = content.subarray(at, at + count!);
      asked.length = 0;
      assert.deepEqual(await reader.read(at, count!), Uint8Array.from(wanted), `${length} ${offset}`);
      assert.ok(asked.length <= 1);
      if (count! <= 10) assert.ok((asked[0] ?? 0) <= 2 * SEALED);
    }
  }
});

test("a payload that was cut short, added to, or put in another order is refused", async () => {
  const { fileKey, payload } = await made(3 * CHUNK);
  const cuts = [0, NONCE, NONCE + 15, NONCE + 16, NONCE + SEALED, NONCE + SEALED + 1];
  for (const size of [...cuts, NONCE + SEALED + 16, NONCE + 2 * SEALED, payload.length - 1]) {
    await assert.rejects(opened(fileKey, payload.subarray(0, size)), Unopenable, `${size}`);
  }
  await assert.rejects(opened(fileKey, Uint8Array.from([...payload, 0])), Unopenable);
  const swapped = payload.slice();
  swapped.copyWithin(NONCE, NONCE + SEALED, NONCE + 2 * SEALED);
  const reader = await opened(fileKey, swapped);
  await assert.rejects(reader.read(0, 1), Unopenable);
  assert.equal((await reader.read(2 * CHUNK, 1)).length, 1);
});

test("an empty chunk may only be alone", async () => {
  const [fileKey, nonce] = [new Uint8Array(16), new Uint8Array(NONCE)];
  const key = hkdf(sha256, fileKey, nonce, utf8("payload"), 32);
  const seal = (number: number, last: number, content: Uint8Array) =>
    chacha20poly1305(key, Uint8Array.from([...new Uint8Array(10), number, last])).encrypt(content);
  const empty = new Uint8Array();
  const alone = Uint8Array.from([...nonce, ...seal(0, 1, empty)]);
  assert.equal((await opened(fileKey, alone)).length, 0);
  const full = Uint8Array.from([...nonce, ...seal(0, 0, new Uint8Array(CHUNK)), ...seal(1, 1, empty)]);
  await assert.rejects(opened(fileKey, full), Unopenable);
});

test("a changed byte, another key, and an answer that is too short are refused", async () => {
  const { fileKey, payload } = await made(2 * CHUNK);
  const changed = payload.slice();
  changed[NONCE + 7]! ^= 1;
  await assert.rejects((await opened(fileKey, changed)).read(0, 1), Unopenable);
  await assert.rejects(opened(crypto.getRandomValues(new Uint8Array(16)), payload), Unopenable);
  const short = (start: number, end: number) => Promise.resolve(payload.subarray(start, end - 1));
  await assert.rejects(Payload.open(fileKey, payload.length, short), Unopenable);
});
