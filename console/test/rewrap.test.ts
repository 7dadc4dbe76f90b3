import assert from "node:assert/strict";
import { test } from "node:test";

import { Encrypter } from "age-encryption";
import { base64 } from "@scure/base";

import { identityOf, newSecret, recipientOf } from "../src/identity";
import { openPieces } from "../src/pieces";
import { Unopenable } from "../src/problem";
import { rewrapped } from "../src/rewrap";

const HEADER_END = "\n--- ";

// Answers header and payload of `content`, sealed to who has `secret`.
async function sealed(content: Uint8Array, secret: Uint8Array<ArrayBuffer>) {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await recipientOf(secret));
  const file = await encrypter.encrypt(content);
  const text = new TextDecoder("latin1").decode(file);
  const cut = text.indexOf("\n", text.indexOf(HEADER_END) + HEADER_END.length) + 1;
  return { header: file.subarray(0, cut), body: file.subarray(cut) };
}

test("pieces whose headers were sealed anew open for the link, and for nobody else", async () => {
  const [household, link] = [newSecret(), newSecret()];
  const contents = [70_000, 12].map((size) => crypto.getRandomValues(new Uint8Array(size % 65_000)));
  const payload: number[] = [];
  const pieces = [];
  for (const content of contents) {
    const { header, body } = await sealed(content, household);
    const anew = await rewrapped(header, identityOf(household), link);
    assert.notDeepEqual(anew, new Uint8Array(header));
    pieces.push({ header: base64.encode(anew), at: payload.length, size: body.length });
    payload.push(...body);
  }
  const whole = Uint8Array.from(payload);
  const opened = await openPieces(pieces, whole, identityOf(link));
  assert.deepEqual(opened, contents);
  await assert.rejects(openPieces(pieces, whole, identityOf(household)), Unopenable);
});

test("what was sealed to somebody else cannot be sealed anew", async () => {
  const { header } = await sealed(new Uint8Array(9), newSecret());
  await assert.rejects(rewrapped(header, identityOf(newSecret()), newSecret()), Unopenable);
});
