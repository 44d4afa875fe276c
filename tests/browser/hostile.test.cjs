// A platform that fails, is slow or means harm leaves no trace in the chat, and no script of its runs.

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { after, before, test } = require("node:test");
const { start } = require("./server.cjs");
const { answered, cards, launch, pause, person, quiet, say, until } = require("./browser.cjs");

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

// Each test has a platform of its own: some failures make the client leave it alone for a while.
async function fresh(t, ...options) {
  const server = await start(...options);
  t.after(() => server.stop());
  return server;
}

const kinds = (page) => page.locator("#log").evaluate((log) => [...log.children].map((child) => child.className));

const turnsUnderWay = (server) => async () =>
  (await server.count('page_turns_total{state="begun"}')) - (await server.count('page_turns_total{state="ended"}'));

test("no fault leaves a trace in the chat", async (t) => {
  const server = await fresh(t, "--formats", "message", "--word-ms", "1");
  const { text } = await server.order("fault", { fault: "?" });
  const faults = text.match(/expected one of (.*), some with/)[1].split(", ");
  assert.ok(faults.length >= 20, text);
  // These only make the answer slower or dress it otherwise; the ad in it is good.
  const harmless = ["delay", "drip", "gzip", "chunked"];
  const { context, troubles } = await person(browser);
  const page = await quiet(server, context);
  for (const fault of faults.filter((fault) => !harmless.includes(fault))) {
    await server.fault("204");
    const offered = page.waitForResponse(/api\/starters/);
    await page.getByRole("button", { name: "New chat" }).click();
    await offered;
    await server.fault(fault);
    await say(page, "My old kettle leaks.");
    await answered(page, 1);
    assert.ok(await page.getByRole("button", { name: "Send" }).isEnabled(), fault);
    if (fault !== "hang") await until(turnsUnderWay(server), 0);
    assert.deepEqual(await kinds(page), ["said assistant", "said user", "said assistant"], fault);
    await server.clear();
    await say(page, "When do you close?");
    await answered(page, 2);
    assert.equal(await page.locator(".trouble").count(), 0, fault);
    assert.equal(await page.locator("#status").innerText(), "", fault);
  }
  assert.deepEqual(troubles, []);
  await context.close();
  assert.ok((await server.count('page_asks_total{outcome="failed"}')) >= 5);
});

test("an ad that comes after the person went on is not shown", async (t) => {
  const server = await fresh(t, "--formats", "message");
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await server.fault("delay=2500");
  await say(page, "My old kettle leaks.");
  await answered(page, 1);
  await say(page, "Which coffee beans?");
  await cards(page).waitFor();
  await pause(3000);
  assert.deepEqual(await kinds(page), [
    "said assistant", "said user", "said assistant", "said user", "said assistant", "message-card",
  ]);
  assert.match(await cards(page).innerText(), /Morning Post Coffee/);
  assert.equal(await server.count('page_asks_total{outcome="dropped"}'), 1);
  await context.close();
});

test("a person who goes on in another tab gets no late ad in the first", async (t) => {
  const server = await fresh(t, "--formats", "message");
  const { context } = await person(browser);
  const first = await quiet(server, context);
  await server.fault("delay=2500");
  await say(first, "My old kettle leaks.");
  await answered(first, 1);
  const second = await context.newPage();
  await second.goto(server.page);
  await second.locator(".said.user").waitFor();
  await say(second, "Which coffee beans?");
  await cards(second).waitFor();
  await pause(3000);
  assert.equal(await cards(first).count(), 0);
  assert.match(await cards(second).innerText(), /Morning Post Coffee/);
  assert.equal(await server.count('page_asks_total{outcome="dropped"}'), 1);
  await context.close();
});

const ATTACKS = [
  "<script>window.hacked=1</script>",
  "<img src=x onerror='window.hacked=1'>",
  "\"><svg onload=window.hacked=1>",
  "</p></aside><iframe srcdoc='<script>parent.hacked=1</script>'>",
  "<style>*{display:none}</style>",
  "{{constructor.constructor('window.hacked=1')()}}",
  "[click](javascript:window.hacked=1)",
  "\u202egnihtemos\u202c \u200b\u200d\ufeff\u0000\u001b[31m",
  "Z\u0300".repeat(50) + "\u0301".repeat(5000),
  "W".repeat(100000),
];

const INJECTIONS = readFileSync(`${__dirname}/../fixtures/injections.jsonl`, "utf8")
  .trimEnd().split("\n").map((line) => JSON.parse(line));

// A card whose elements are those that the page makes, and that begins with its label; its text.
async function textOf(card) {
  const names = await card.evaluate((card) => [...card.querySelectorAll("*")].map((node) => node.localName));
  const text = await card.evaluate((card) => card.textContent);
  for (const name of names) assert.ok(["p", "a", "img"].includes(name), `${name} in ${text.slice(0, 200)}`);
  assert.ok(text.startsWith("Sponsored"), text.slice(0, 60));
  assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/);
  return text;
}

test("each injection of the corpus is text in every part of a card", async (t) => {
  const server = await fresh(t, "--formats", "message");
  const { context, troubles } = await person(browser);
  const page = await quiet(server, context);
  const parts = ["headline", "description", "advertiser", "cta_text"];
  for (let turn = 0; turn * parts.length < INJECTIONS.length; turn++) {
    const injection = (index) => INJECTIONS[(turn * parts.length + index) % INJECTIONS.length];
    await server.creative(Object.fromEntries(parts.map((part, index) => [part, `Kettle ${injection(index)}`])));
    await say(page, "My old kettle leaks.");
    await cards(page).nth(turn).waitFor();
    assert.match(await textOf(cards(page).nth(turn)), /Kettle/);
  }
  assert.equal(await page.locator("#log script, #log iframe, #log img:not([src^='https://cdn.example/'])").count(), 0);
  assert.deepEqual([await page.evaluate(() => window.refused), troubles], [[], []]);
  await context.close();
});

test("no text of an advertiser becomes anything but text", async (t) => {
  const server = await fresh(t, "--formats", "message");
  const { context, troubles } = await person(browser);
  const page = await quiet(server, context);
  for (const [turn, attack] of ATTACKS.entries()) {
    await server.creative({ advertiser: attack, domain: attack, headline: attack, description: attack, cta_text: attack });
    await say(page, "My old kettle leaks.");
    await cards(page).nth(turn).waitFor();
    const card = cards(page).nth(turn);
    const text = await textOf(card);
    if (attack.startsWith("<")) assert.ok(text.includes(attack.slice(0, 30)), "it is shown as it was written");
    assert.ok(text.length < 1000, `${text.length} characters`);
    const box = await card.evaluate((card) => ({ card: card.getBoundingClientRect().width, room: document.getElementById("room").clientWidth, page: document.scrollingElement.scrollWidth }));
    assert.ok(box.card <= box.room && box.page <= 800, JSON.stringify(box));
  }
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual([await page.evaluate(() => window.refused), troubles], [[], []]);
  await context.close();
});

test("no address of an advertiser runs, and no picture comes from elsewhere than https", async (t) => {
  const server = await fresh(t, "--formats", "message");
  const { context, troubles } = await person(browser);
  const page = await quiet(server, context);
  const urls = ["javascript:window.hacked=1", "data:text/html,<script>1</script>", "//evil.example/", "http://evil.example/", "https://a@b.example/", " https://b.example/"];
  for (const [turn, url] of urls.entries()) {
    await server.creative({ url });
    await say(page, "My old kettle leaks.");
    await answered(page, turn + 1);
    await pause(300);
    assert.equal(await cards(page).count(), 0, url);
  }
  const pictures = ["javascript:1", "data:image/svg+xml,<svg onload='window.hacked=1'/>", "http://127.0.0.1:9/p.png", "https://cdn.example/<script>.png"];
  for (const [turn, image_url] of pictures.entries()) {
    await server.creative({ placement: "image", image_url, logo_url: image_url });
    await say(page, "My old kettle leaks.");
    await cards(page).nth(turn).waitFor();
    const sources = await cards(page).nth(turn).locator("img").evaluateAll((images) => images.map((image) => image.src));
    for (const source of sources) assert.match(source, /^https:\/\/cdn\.example\//);
  }
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual([await page.evaluate(() => window.refused), troubles], [[], []]);
  await context.close();
});

test("polls and questions to begin with are text as well", async (t) => {
  const server = await fresh(t, "--formats", "poll");
  const { context, troubles } = await person(browser);
  const attack = ATTACKS[1];
  await server.creative({ advertiser: attack, sponsored_prompt: attack });
  const page = await context.newPage();
  await page.goto(server.page);
  await page.locator(".chip").first().waitFor();
  assert.equal(await page.locator(".chip").first().innerText(), attack);
  await server.creative({ advertiser: attack, question: attack, options: [{ id: attack, text: attack }, { id: "1", text: "\u202e" }, { id: "2", text: "plain" }], cta_text: attack });
  await page.locator(".chip").first().click();
  await cards(page).waitFor();
  assert.deepEqual(await cards(page).locator(".choice").allInnerTexts(), [attack, "plain"]);
  assert.equal(await page.locator(".said.user p").innerText(), attack);
  assert.equal(await page.locator("#log img, #log script").count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual([await page.evaluate(() => window.refused), troubles], [[], []]);
  await context.close();
});

test("what a person types is text, and the page's own rules stop what is planted", async (t) => {
  const server = await fresh(t, "--formats", "message");
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await say(page, ATTACKS[1]);
  await answered(page, 1);
  assert.equal(await page.locator(".said.user p").innerText(), ATTACKS[1]);
  await page.reload();
  assert.equal(await page.locator(".said.user p").innerText(), ATTACKS[1]);
  const planted = await page.evaluate(async () => {
    const script = document.createElement("script");
    try {
      script.text = "window.hacked = 1";
      document.body.append(script);
      document.body.innerHTML = "<p>";
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(planted, "TypeError");
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await context.close();
});

test("a vote that the platform does not take says so in its card, and the chat goes on", async (t) => {
  const server = await fresh(t, "--formats", "poll");
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "My old kettle leaks.");
  await cards(page).waitFor();
  const { ok } = await server.order("fault", { fault: "500", times: 2, on: "pings" });
  assert.ok(ok);
  await page.locator(".choice").first().click();
  await cards(page).getByText("could not be counted").waitFor();
  await say(page, "Which coffee beans?");
  await answered(page, 2);
  assert.equal(await page.locator(".trouble").count(), 0);
  await context.close();
});
