// The chat: what the person says goes to the server, what comes back is shown as it comes.

import { card, element, message, post, starter } from "./cards.js";

const [room, log, starters, composer, words, send, wish, fresh, status] = [
  "room", "log", "starters", "composer", "words", "send", "wish", "fresh", "status",
].map((id) => document.getElementById(id));

// What is under way for the last message; given up when the person goes on.
let turn = null;

// Follows what is new, unless the person has scrolled up to read.
function follow(change) {
  const isAtEnd = room.scrollHeight - room.scrollTop - room.clientHeight < 80;
  change();
  if (isAtEnd) room.scrollTop = room.scrollHeight;
}

function show(box) {
  follow(() => log.append(box));
}

async function say(text, starterId) {
  turn?.abort();
  turn = new AbortController();
  const { signal } = turn;
  starters.hidden = true;
  starters.replaceChildren();
  show(message("user", text));
  room.scrollTop = room.scrollHeight;
  const answer = message("assistant", "");
  answer.setAttribute("aria-busy", "true");
  show(answer);
  send.disabled = true;
  try {
    const reply = await post("/api/say", { text, starter: starterId ?? null }, { signal });
    if (!reply.ok) throw new Error(String(reply.status));
    for await (const event of events(reply.body)) on(event, answer);
    if (send.disabled && !signal.aborted) throw new Error("cut short");
  } catch {
    if (!signal.aborted && send.disabled) fail(answer);
  } finally {
    answer.removeAttribute("aria-busy");
  }
}

function on(event, answer) {
  if (event.type === "words") {
    follow(() => (answer.lastChild.textContent += event.text));
  } else if (event.type === "done") {
    settle(answer);
  } else if (event.type === "card") {
    show(card(event.card));
  }
}

function settle(answer) {
  answer.removeAttribute("aria-busy");
  send.disabled = false;
}

function fail(answer) {
  settle(answer);
  if (!answer.lastChild.textContent) answer.lastChild.textContent = "…";
  status.textContent = "The answer did not arrive. Please try again.";
  answer.append(status.cloneNode(true));
  answer.lastChild.removeAttribute("id");
  answer.lastChild.className = "trouble";
}

// One JSON object a line.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

async function offer() {
  const reply = await post("/api/starters", {}).catch(() => null);
  const offered = reply?.ok ? await reply.json() : [];
  if (log.childElementCount > 1 || offered.length === 0) return;
  starters.replaceChildren(...offered.map((one) => starter(one, pick)));
  starters.hidden = false;
}

function pick(offered) {
  words.focus();
  say(offered.question, offered.id);
}

function welcome() {
  log.replaceChildren(message("assistant", "Hello! Ask me about anything in the shop."));
}

// Pressed is a no. Ads that are there go away; the server asks for none from then on.
function noAds(isNo) {
  wish.setAttribute("aria-pressed", String(isNo));
  if (!isNo) return;
  for (const box of log.querySelectorAll(".message-card")) box.remove();
  starters.hidden = true;
  starters.replaceChildren();
}

// A server that does not answer keeps nobody from going on for longer than this.
function patience() {
  return { signal: AbortSignal.timeout(5000) };
}

function trouble(text) {
  show(element("p", "trouble", text));
}

// What was said before comes first: until it is there, or for a while, nothing is sent and nothing begun anew.
async function begin() {
  welcome();
  send.disabled = fresh.disabled = true;
  fetch("/api/choice").then((reply) => reply.json()).then(({ wanted }) => noAds(!wanted)).catch(() => {});
  const reply = await fetch("/api/chat", patience()).catch(() => null);
  const entries = reply?.ok ? await reply.json().catch(() => []) : [];
  for (const entry of entries) show(entry.type === "said" ? message(entry.who, entry.text) : card(entry.card));
  send.disabled = fresh.disabled = false;
  if (reply?.status === 403) trouble("This page needs its cookie. Please allow cookies and open it again.");
  else if (entries.length === 0) await offer();
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  if (!text || send.disabled) return;
  words.value = "";
  say(text);
});

words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

fresh.addEventListener("click", async () => {
  turn?.abort();
  send.disabled = true;
  const reply = await post("/api/new", {}, patience()).catch(() => null);
  send.disabled = false;
  // The old one would go on, and whoever asked for a new one would not know.
  if (!reply?.ok) return trouble("That did not work. Please try again.");
  welcome();
  words.focus();
  await offer();
});

wish.addEventListener("click", async () => {
  const wanted = wish.getAttribute("aria-pressed") === "true";
  const reply = await post("/api/choice", { wanted }, patience()).catch(() => null);
  if (!reply?.ok) return trouble("That did not work. Please try again.");
  noAds(!wanted);
  status.textContent = wanted ? "Ads are on." : "Ads are off.";
});

begin();
