import assert from "node:assert/strict";
import { test } from "node:test";

import { wanted } from "../src/player";

const pieces = Array.from({ length: 10 }, (_, number) => {
  return { header: "", at: 0, size: 0, begins: number * 4, ends: number * 4 + 4 };
});

test("what is shown is brought first, then what is about to be", () => {
  assert.equal(wanted(pieces, new Set(), 0), 0);
  assert.equal(wanted(pieces, new Set([0]), 0), 1);
  assert.equal(wanted(pieces, new Set([0]), 21), 5);
  assert.equal(wanted(pieces, new Set([0, 5]), 21), 6);
});

test("what is far ahead, or over, or there, is not brought", () => {
  assert.equal(wanted(pieces, new Set([0, 1]), 0), null);
  assert.equal(wanted(pieces, new Set([0, 5, 6]), 21), null);
  assert.equal(wanted(pieces, new Set([8, 9]), 39.9), null);
  assert.equal(wanted(pieces, new Set(), 40), null);
  assert.equal(wanted([], new Set(), 0), null);
});
