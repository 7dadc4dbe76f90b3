// A browser as a voice device: its microphone goes to the house, and the house's voice comes back.

import { language, words } from "./words.js";

const RETRY_MS = [1000, 2000, 5000, 10000];
const QUIETEST_DB = -60;
const HEADROOM_SECONDS = 0.05;

const $ = (id) => document.getElementById(id);
const audio = new AudioContext();
const playing = new Set();

let socket = null;
let failures = 0;
let wakeWord = "";
let state = "away";
let microphone = null; // { tracks, source, recorder } while the browser listens
let streaming = false;
let speechRate = 0;
let speechEnds = 0;
let asked = false;
let reply = null;

function show(next, text) {
  state = next;
  $("panel").dataset.state = next;
  const waits = next === "resting" && $("wake").checked;
  $("status").textContent = text ?? (waits ? words.waiting(wakeWord) : words[next]);
  $("touch").ariaLabel = words.button[next] ?? words.button.other;
  $("touch").disabled = next === "away" || next === "thinking";
  $("wake").disabled = next === "away";
  $("privacy").textContent = microphone ? words.on : words.off;
}

function bubble(kind, text) {
  const item = document.createElement("li");
  item.className = kind;
  item.append(text);
  $("talk").append(item);
  item.scrollIntoView({ block: "end" });
  return item;
}

function explain(item, kept, why) {
  const note = document.createElement("small");
  const verdict = document.createElement("b");
  verdict.textContent = kept ? words.kept : words.forgotten;
  note.append(verdict, ` ${why.join(" ")}`);
  item.append(note);
  item.scrollIntoView({ block: "end" });
}

// The house

function connect() {
  socket = new WebSocket(`ws://${location.host}/voice`);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => send({ rate: audio.sampleRate, wake: $("wake").checked });
  socket.onmessage = ({ data }) => (typeof data === "string" ? told(JSON.parse(data)) : play(data));
  socket.onclose = away;
}

function away({ target }) {
  if (target !== socket) return;
  silence();
  show("away");
  setTimeout(connect, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
}

function send(what) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what));
}

function told(what) {
  if (what.ready) ready(what.ready);
  if (what.rate) speechRate = what.rate;
  if (what.words !== undefined) $("words").textContent = what.words;
  if (what.reply !== undefined) replied(what.reply);
  if (what.told) bubble("reply", what.told);
  if (what.state === "listening") show("listening");
  if (what.state === "thinking") thinking();
  if (what.state === "stopped") silence();
  if (what.state === "resting") finished(what);
}

function ready(word) {
  failures = 0;
  wakeWord = word.replace(/\b\w/g, (letter) => letter.toUpperCase());
  $("wake-label").textContent = words.wake(wakeWord);
  show("resting");
}

function thinking() {
  if (!$("wake").checked) closeMicrophone();
  show("thinking");
}

function replied(text) {
  const heard = $("words").textContent;
  $("words").textContent = "";
  bubble("said", heard || words.nothing);
  reply = text ? bubble("reply", text) : null;
}

function finished({ heard, kept, why, asks }) {
  if (heard === undefined) {
    if (!$("wake").checked) closeMicrophone();
    $("words").textContent = "";
  } else if (reply) {
    explain(reply, kept, why);
  }
  reply = null;
  asked = Boolean(asks);
  if (!playing.size) rest();
}

function rest() {
  if (asked && !$("wake").checked) {
    asked = false;
    listen();
  } else {
    show("resting");
  }
}

// Its voice

function play(data) {
  const pcm = new Int16Array(data);
  const buffer = audio.createBuffer(1, pcm.length, speechRate);
  buffer.copyToChannel(Float32Array.from(pcm, (sample) => sample / 32768), 0);
  const source = audio.createBufferSource();
  source.buffer = buffer;
  source.connect(audio.destination);
  speechEnds = Math.max(speechEnds, audio.currentTime + HEADROOM_SECONDS);
  source.start(speechEnds);
  speechEnds += buffer.duration;
  playing.add(source);
  source.onended = () => ended(source);
  if (state !== "listening") show("speaking");
}

function ended(source) {
  playing.delete(source);
  if (!playing.size && state === "speaking") rest();
}

function silence() {
  for (const source of playing) {
    source.onended = null;
    source.stop();
  }
  playing.clear();
  speechEnds = 0;
  if (state === "speaking") show("resting");
}

// The microphone

async function openMicrophone() {
  await audio.resume();
  if (microphone) return;
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  await audio.audioWorklet.addModule("recorder.js");
  const source = audio.createMediaStreamSource(stream);
  const recorder = new AudioWorkletNode(audio, "recorder");
  recorder.port.onmessage = ({ data }) => hear(data);
  source.connect(recorder);
  microphone = { tracks: stream.getTracks(), source, recorder };
}

function closeMicrophone() {
  streaming = false;
  $("touch").style.setProperty("--level", 0);
  if (!microphone) return;
  microphone.tracks.forEach((track) => track.stop());
  microphone.source.disconnect();
  microphone.recorder.port.onmessage = null;
  microphone = null;
}

function hear(buffer) {
  const pcm = new Int16Array(buffer);
  const power = pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length / 32768 ** 2;
  const level = 1 - (10 * Math.log10(Math.max(power, 1e-9))) / QUIETEST_DB;
  $("touch").style.setProperty("--level", Math.max(0, level).toFixed(2));
  if (streaming && socket.readyState === WebSocket.OPEN) socket.send(buffer);
}

async function listen() {
  try {
    await openMicrophone();
  } catch (error) {
    $("wake").checked = false;
    show("resting", error.name === "NotFoundError" ? words.missing : words.refused);
    return;
  }
  $("words").textContent = "";
  send({ do: "listen" });
  streaming = true;
}

// Whoever holds it

function touched() {
  if (state === "speaking") {
    send({ do: "stop" });
    silence();
  } else if (state === "listening" && !$("wake").checked) {
    send({ do: "stop" });
    closeMicrophone();
    $("words").textContent = "";
    show("resting");
  } else {
    listen();
  }
}

async function switched() {
  closeMicrophone();
  silence();
  if ($("wake").checked) {
    try {
      await openMicrophone();
      streaming = true;
    } catch {
      $("wake").checked = false;
      show("resting", words.refused);
      return;
    }
  }
  failures = 0;
  const old = socket;
  connect();
  old.close();
}

document.documentElement.lang = language;
$("touch").addEventListener("click", touched);
$("wake").addEventListener("change", switched);
show("away");
connect();
