import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { typeOf } from "../src/codecs";

const initializations = JSON.parse(readFileSync("test/initializations.json", "utf8")) as Record<
  string,
  string
>;
const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

test("the codecs of films that another program wrote are read from their beginning", () => {
  const known = Object.entries(initializations);
  assert.equal(known.length, 4);
  for (const [type, text] of known) assert.equal(typeOf(bytesOf(text)), type);
});

test("what follows the initialization segment changes nothing", () => {
  const [[type, text]] = Object.entries(initializations) as [[string, string]];
  assert.equal(typeOf(Uint8Array.from([...bytesOf(text), ...new Uint8Array(100)])), type);
});

test("of what is no film nothing is said", () => {
  assert.equal(typeOf(new Uint8Array()), 'video/mp4; codecs=""');
  assert.equal(typeOf(crypto.getRandomValues(new Uint8Array(1000))), 'video/mp4; codecs=""');
});
