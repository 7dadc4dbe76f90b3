import assert from "node:assert/strict";
import { test } from "node:test";

import { shownOf } from "../src/pushed";

const WORDS = {
  language: "en-GB",
  ringing: "It rings",
  ringing_in: "It rings: {room}",
  ringing_body: "A timer is over, at {time}.",
  trouble: "Something is wrong",
  trouble_body: "See.",
  other: "News",
  other_body: "Look.",
};
const AT = "2026-03-14T12:00:00+00:00";

test("a message is said in words, with its room and its time", () => {
  const told = JSON.stringify({ kind: "ringing", path: "/talk", at: AT, room: "$& kitchen" });
  const shown = shownOf(`${told}     `, WORDS);
  assert.equal(shown.title, "It rings: $& kitchen");
  assert.match(shown.body, /^A timer is over, at \d{1,2}:\d\d/);
  assert.equal(shown.path, "/talk");
  assert.equal(shown.at, Date.parse(AT));
});

test("without a room it is said without", () => {
  const shown = shownOf(JSON.stringify({ kind: "trouble", path: "/status", at: AT }), WORDS);
  assert.deepEqual([shown.title, shown.body], ["Something is wrong", "See."]);
});

test("a message about film opens its place on the page, and nothing else as one", () => {
  const told = { kind: "ringing", path: "/today", at: AT };
  const clip = "0123456789abcdef".repeat(2);
  assert.equal(shownOf(JSON.stringify({ ...told, clip }), WORDS).path, `/today#${clip}`);
  for (const strange of ["", "elsewhere", `${clip}0`, clip.toUpperCase(), 7]) {
    assert.equal(shownOf(JSON.stringify({ ...told, clip: strange }), WORDS).path, "/today");
  }
});

test("what is not understood is shown as news, and opens no other page than the console's", () => {
  const strange = [
    "",
    "null",
    "{",
    JSON.stringify({ kind: "doorbell", path: "/cameras", at: AT }),
    JSON.stringify({ kind: "ringing", path: "//elsewhere.example", at: AT }),
    JSON.stringify({ kind: "ringing", path: "https://elsewhere.example", at: AT }),
    JSON.stringify({ kind: "ringing", path: "/talk", at: "soon" }),
  ];
  for (const message of strange) {
    const shown = shownOf(message, WORDS);
    assert.deepEqual([shown.title, shown.body], ["News", "Look."], message);
    assert.match(shown.path, /^\/[a-z]*$/);
  }
});
