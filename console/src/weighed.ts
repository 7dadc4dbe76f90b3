// Whether a passphrase would be guessed, as keep/passphrases.py says it; both are tried with the
// same vectors.

import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import * as english from "@zxcvbn-ts/language-en";

export interface Weigh {
  passphrase: string;
  // What the household and its people are called.
  names: string[];
}

export type Why = "leaked" | "named" | "guessable";

const SCORE_MIN = 3;
const LENGTH_WEIGHED_MAX = 72;
const NAME_LENGTH_MIN = 3;
const SHARE_MIN = 0.5;
const DICTIONARIES: [string, Why][] = [
  ["userInputs", "named"],
  ["passwords-common", "leaked"],
];

const weigher = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
});

// Answer why a passphrase would be guessed, or null. It is weighed without its spaces too, which
// are no surprise to who guesses.
export function weighed({ passphrase, names }: Weigh): Why | null {
  const ways = [passphrase.trim(), passphrase.replace(/\s+/gu, "")].filter((way) => way !== "");
  const inputs = wordsOf(names);
  const found = ways.map((way) => weigher.check(way.slice(0, LENGTH_WEIGHED_MAX), inputs));
  const [worst] = found.sort((one, other) => one.guesses - other.guesses);
  if (worst === undefined) return "guessable";
  if (worst.score >= SCORE_MIN) return null;
  for (const [dictionary, why] of DICTIONARIES) {
    const words = worst.sequence.filter((match) => match["dictionaryName"] === dictionary);
    const letters = words.reduce((sum, match) => sum + match.token.length, 0);
    if (letters >= SHARE_MIN * worst.password.length) return why;
  }
  return "guessable";
}

// The words that names are made of, and the names; short ones stand in any phrase.
function wordsOf(names: string[]): string[] {
  return names
    .flatMap((name) => [name, ...name.split(/\s+/u)])
    .filter((word) => word.length >= NAME_LENGTH_MIN)
    .map((word) => word.toLowerCase());
}
