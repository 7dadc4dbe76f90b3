import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { fromText, toText, utf8 } from "../src/bytes";
import { askPasskey, makePasskey } from "../src/passkey";

type Asked = { publicKey: Record<string, any> };

const OUTPUT = Uint8Array.from({ length: 32 }, (_, place) => place + 1);
const OPTIONS = {
  challenge: toText(utf8("challenge")),
  rp: { id: "localhost" },
  user: { id: toText(utf8("user")), name: "Ada" },
};
let asked: Asked[] = [];
let authenticator: Record<string, (options: Asked) => unknown> = {};

Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: {
    credentials: {
      create: async (options: Asked) => (asked.push(options), authenticator.create!(options)),
      get: async (options: Asked) => (asked.push(options), authenticator.get!(options)),
    },
  },
});

function credential(prf: object | undefined) {
  const bytes = (text: string) => utf8(text).buffer;
  return {
    rawId: bytes("the id"),
    getClientExtensionResults: () => (prf === undefined ? {} : { prf }),
    response: {
      clientDataJSON: bytes("client"),
      attestationObject: bytes("attestation"),
      authenticatorData: bytes("authenticator"),
      signature: bytes("signature"),
      userHandle: null,
      getTransports: () => ["internal"],
    },
  };
}

const refuse = () => {
  throw new DOMException("", "NotAllowedError");
};

beforeEach(() => {
  asked = [];
});

test("the key that a passkey gives is answered apart, and goes to no server", async () => {
  const told = credential({ results: { first: OUTPUT.buffer } });
  authenticator = { create: () => told, get: () => told };
  for (const ask of [makePasskey, askPasskey]) {
    const { credential: sent, prf } = await ask(OPTIONS);
    assert.deepEqual(prf, OUTPUT);
    assert.deepEqual(sent.clientExtensionResults, {});
    assert.ok(!JSON.stringify(sent).includes(toText(OUTPUT)));
    assert.equal(sent.id, toText(utf8("the id")));
  }
  for (const { publicKey } of asked) {
    assert.deepEqual(publicKey.extensions.prf.eval.first, utf8("unhear/passkey/v1"));
    assert.deepEqual(publicKey.challenge, fromText(OPTIONS.challenge));
  }
});

test("a key that is a view of more bytes is those bytes alone", async () => {
  const wide = Uint8Array.from([9, 9, ...OUTPUT, 9]);
  const first = wide.subarray(2, 34);
  authenticator = { get: () => credential({ results: { first } }) };
  assert.deepEqual((await askPasskey(OPTIONS)).prf, OUTPUT);
});

test("a new passkey that has a key and does not tell it is asked for it", async () => {
  authenticator = {
    create: () => credential({ enabled: true }),
    get: () => credential({ results: { first: OUTPUT } }),
  };
  assert.deepEqual((await makePasskey(OPTIONS)).prf, OUTPUT);
  const again = asked[1]!.publicKey;
  assert.equal(again.rpId, "localhost");
  assert.equal(toText(new Uint8Array(again.allowCredentials[0].id)), toText(utf8("the id")));
  authenticator.get = refuse; // the passkey was made all the same
  const { credential: sent, prf } = await makePasskey(OPTIONS);
  assert.equal(prf, null);
  assert.equal(sent.id, toText(utf8("the id")));
});

test("one without a key says so, is not asked twice, and who refuses is told apart", async () => {
  authenticator = { create: () => credential(undefined), get: refuse };
  assert.equal((await makePasskey(OPTIONS)).prf, null);
  assert.equal(asked.length, 1);
  await assert.rejects(askPasskey(OPTIONS), { name: "NotAllowedError" });
});
