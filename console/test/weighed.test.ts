import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { newEntropy, phraseOf } from "../src/identity";
import { weighed } from "../src/weighed";

interface Vector {
  passphrase: string;
  names: string[];
  why: string | null;
}

const VECTORS = JSON.parse(readFileSync("test/passphrase-vectors.json", "utf8")) as Vector[];

test("passphrases are weighed as the house weighs them", () => {
  for (const { passphrase, names, why } of VECTORS) {
    assert.equal(weighed({ passphrase, names }), why, passphrase);
  }
});

test("recovery phrases would never be guessed", () => {
  for (let run = 0; run < 20; run++) {
    assert.equal(weighed({ passphrase: phraseOf(newEntropy()), names: ["Ada"] }), null);
  }
});
