// Chromium with the page in it, and the little that a person does there.

const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");

const ARGS = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
// Chromium has no sandbox for root, as in a container.
if (process.getuid() === 0) ARGS.push("--no-sandbox");

const launch = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGS });

// A person of their own, with what went wrong in their pages. Pictures of advertisers come from here.
async function person(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 800, height: 600 }, ...options });
  context.setDefaultTimeout(15000);
  const troubles = [];
  context.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  context.on("weberror", (error) => troubles.push(String(error.error())));
  context.on("dialog", (dialog) => (troubles.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  await context.route("https://cdn.example/**", (route) =>
    route.fulfill({ contentType: "image/svg+xml", headers: { "cross-origin-resource-policy": "cross-origin" }, body: PICTURE }));
  await context.addInitScript(() => {
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
  });
  return { context, troubles };
}

// A chat without questions to begin with: the platform has none for it.
async function quiet(server, context) {
  await server.fault("204");
  return open(server, context);
}

// A page whose chat has not begun, with the questions to begin with, if there are any.
async function open(server, context) {
  const page = await context.newPage();
  const offered = page.waitForResponse(/api\/starters/);
  await page.goto(server.page);
  await (await offered).finished();
  return page;
}

async function say(page, text) {
  await page.getByLabel("Your message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

// The answer to what was said last is whole.
async function answered(page, turns) {
  await page.waitForFunction((turns) => {
    const answers = document.querySelectorAll(".said.assistant");
    return answers.length === turns + 1 && !answers[turns].hasAttribute("aria-busy");
  }, turns);
}

const cards = (page) => page.locator(".message-card");

// Waits in real time, in which nothing is to happen.
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

// Polls until `read` gives `expected`, for ten seconds.
async function until(read, expected) {
  for (let tries = 0; tries < 100; tries++) {
    if ((await read()) === expected) return;
    await pause(100);
  }
  assert.equal(await read(), expected);
}

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 160"><rect width="320" height="160" fill="#9db8a5"/>
<path d="M0 160 90 60l60 70 50-40 120 70z" fill="#49675a"/><circle cx="250" cy="45" r="22" fill="#f3dfa0"/></svg>`;

module.exports = { ARGS, launch, person, open, quiet, say, answered, cards, pause, until };
