import assert from "node:assert/strict";
import { test } from "node:test";

import { Encrypter } from "age-encryption";

import { identityOf, newSecret, recipientOf } from "../src/identity";
import { ageFile, open } from "../src/opening";
import { Unopenable } from "../src/problem";
import { peaksOf } from "../src/waveform";

const HEADER_END = "\n--- ";

test("a header and a payload are a standard age file, and open together", async () => {
  const secret = newSecret();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await recipientOf(secret));
  const content = crypto.getRandomValues(new Uint8Array(1000));
  const file = await encrypter.encrypt(content);
  const text = new TextDecoder("latin1").decode(file);
  const cut = text.indexOf("\n", text.indexOf(HEADER_END) + HEADER_END.length) + 1;
  const sealed = {
    header: file.subarray(0, cut),
    payload: file.subarray(cut),
    transcript: await encrypter.encrypt("words"),
  };
  assert.deepEqual(ageFile(sealed), new Uint8Array(file));
  const opened = await open(sealed, identityOf(secret));
  assert.deepEqual(opened, { words: "words", sound: new Uint8Array(content) });
  const stranger = identityOf(newSecret());
  await assert.rejects(open(sealed, stranger), Unopenable);
  const without = await open({ ...sealed, transcript: null }, identityOf(secret));
  assert.equal(without.words, null);
});

test("the loudest part of a waveform is full, and every part is looked at", () => {
  const samples = Float32Array.from({ length: 1000 }, (_, place) => (place === 999 ? -0.5 : 0.1));
  const peaks = peaksOf(samples, 10);
  assert.equal(peaks.length, 10);
  assert.equal(peaks[9], 1);
  assert.ok(Math.abs(peaks[0]! - 0.2) < 1e-6);
});
