// Builds what stands between the messages. All text is put in as text; nothing here makes markup of it.

import { whenSeen } from "./view.js";

let count = 0;

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) {
    made.textContent = text;
    made.dir = "auto";
  }
  return made;
}

export function message(who, text) {
  const box = element("div", `said ${who}`);
  box.append(element("span", "unseen", who === "user" ? "You: " : "Assistant: "), element("p", "", text));
  return box;
}

// A card under an answer: named by its own label, which is the first thing in it.
export function card(shown) {
  const box = element("aside", "message-card");
  const label = element("p", "card-label", shown.label);
  label.id = `item-${++count}`;
  box.setAttribute("aria-labelledby", label.id);
  box.append(label);
  if (shown.kind === "poll") fillPoll(box, shown);
  else fillMessage(box, shown);
  watch(box, shown.seen);
  return box;
}

// A question to begin with, as a chip under its label.
export function starter(offered, pick) {
  const box = element("div", "starter");
  const label = element("p", "card-label", offered.label);
  label.id = `item-${++count}`;
  const chip = element("button", "chip", offered.question);
  chip.type = "button";
  chip.setAttribute("aria-describedby", label.id);
  chip.addEventListener("click", () => pick(offered));
  box.append(label, chip);
  watch(box, offered.seen);
  return box;
}

function fillMessage(box, shown) {
  if (shown.picture) box.append(picture(shown.picture));
  box.append(element("p", "card-title", shown.headline));
  if (shown.text) box.append(element("p", "card-text", shown.text));
  box.append(link(shown.button, shown.href, "card-link whole"));
}

// Beside the words it is decoration; one that does not load leaves no gap.
function picture({ src, is_logo }) {
  const image = element("img", is_logo ? "card-logo" : "card-picture");
  image.alt = "";
  image.addEventListener("error", () => image.remove());
  image.src = src;
  return image;
}

function link(text, href, className) {
  const made = element("a", className, text);
  made.href = href;
  made.target = "_blank";
  made.rel = "sponsored noopener noreferrer";
  return made;
}

function fillPoll(box, shown) {
  const question = element("p", "card-title", shown.question);
  question.id = `item-${++count}`;
  const choices = element("div", "choices");
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-labelledby", question.id);
  box.append(question, choices);
  if (shown.results) {
    showResults(choices, shown, shown.results);
    return;
  }
  for (const choice of shown.choices) {
    const button = element("button", "choice", choice.text);
    button.type = "button";
    button.addEventListener("click", () => cast(choices, shown, choice));
    choices.append(button);
  }
}

async function cast(choices, shown, choice) {
  const buttons = [...choices.querySelectorAll("button")];
  buttons.forEach((button) => (button.disabled = true));
  const answer = await post("/api/vote", { card: shown.id, choice: choice.id }).catch(() => null);
  if (answer?.ok) showResults(choices, shown, await answer.json(), choice.id);
  else choices.replaceChildren(element("p", "card-text", "Your vote could not be counted."));
  choices.tabIndex = -1;
  choices.focus();
}

function showResults(choices, shown, results, chosen) {
  const rows = shown.choices.map((choice) => {
    const row = element("div", "result");
    const found = results.rows.find((row) => row.id === choice.id);
    const name = element("span", "", choice.text);
    name.id = `item-${++count}`;
    const bar = element("progress");
    bar.max = 100;
    bar.value = found?.share ?? 0;
    bar.setAttribute("aria-labelledby", name.id);
    row.append(name, element("span", "share", `${found?.share ?? 0} %`), bar);
    if (choice.id === chosen) row.append(element("span", "unseen", "your vote"));
    return row;
  });
  const total = results.total === null ? "Your vote was counted." : `${results.total} ${results.total === 1 ? "vote" : "votes"}`;
  choices.replaceChildren(...rows, element("p", "card-text", total));
  if (shown.link) choices.append(link(shown.link.button, shown.link.href, "card-link"));
}

// The token goes back when a person could see the box. Once more if the network or the server's store failed; any other
// answer is final.
function watch(box, token) {
  if (!token) return;
  const tell = async () => {
    const answer = await post("/api/seen", { token }, { keepalive: true });
    if (answer.status === 503) throw new Error("not now");
  };
  whenSeen(box, () => tell().catch(() => setTimeout(() => tell().catch(() => {}), 2000)));
}

export function post(path, body, options = {}) {
  const headers = { "content-type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), ...options });
}
