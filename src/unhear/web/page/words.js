// What the page says, in each language.

const ENGLISH = {
  away: "Not connected. Trying again…",
  resting: "Tap and speak",
  waiting: (word) => `Say “${word}”`,
  listening: "Listening…",
  thinking: "One moment…",
  speaking: "Tap to stop",
  refused: "The browser may not use the microphone. Allow it in the address bar, then tap again.",
  missing: "No microphone was found.",
  button: { listening: "Stop listening", speaking: "Stop the answer", other: "Speak" },
  wake: (word) => `Wait for “${word}”`,
  on: "The microphone is on.",
  off: "The microphone is off.",
  kept: "Kept.",
  forgotten: "Not kept.",
  nothing: "(nothing was understood)",
};

const GERMAN = {
  away: "Nicht verbunden. Neuer Versuch…",
  resting: "Tippen und sprechen",
  waiting: (word) => `Sag „${word}“`,
  listening: "Ich höre zu…",
  thinking: "Einen Moment…",
  speaking: "Tippen zum Anhalten",
  refused: "Der Browser darf das Mikrofon nicht benutzen. Erlaube es in der Adressleiste und tippe noch einmal.",
  missing: "Kein Mikrofon gefunden.",
  button: { listening: "Nicht mehr zuhören", speaking: "Antwort anhalten", other: "Sprechen" },
  wake: (word) => `Auf „${word}“ warten`,
  on: "Das Mikrofon ist an.",
  off: "Das Mikrofon ist aus.",
  kept: "Aufgehoben.",
  forgotten: "Nicht aufgehoben.",
  nothing: "(nichts verstanden)",
};

const german = navigator.language.startsWith("de");
export const language = german ? "de" : "en";
export const words = german ? GERMAN : ENGLISH;
