import assert from "node:assert/strict";
import { test } from "node:test";

import { between } from "../src/areas";

test("an area lies between two corners, whichever was first, and within the picture", () => {
  const drawn = { left: 10, top: 20.4, right: 30, bottom: 40 };
  assert.deepEqual(between({ x: 10, y: 20.44 }, { x: 30, y: 40 }), drawn);
  assert.deepEqual(between({ x: 30, y: 20.44 }, { x: 10, y: 40 }), drawn);
  const all = { left: 0, top: 0, right: 100, bottom: 100 };
  assert.deepEqual(between({ x: -20, y: 140 }, { x: 101, y: -1 }), all);
});

test("what is hardly wider or higher than nothing is no area", () => {
  assert.equal(between({ x: 10, y: 10 }, { x: 10.5, y: 90 }), null);
  assert.equal(between({ x: 10, y: 10 }, { x: 90, y: 10 }), null);
});
