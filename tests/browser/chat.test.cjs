// The card under the answer, and the questions before it.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { start } = require("./server.cjs");
const { answered, cards, launch, open, pause, person, quiet, say, until } = require("./browser.cjs");

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([start("--formats", "message"), launch()]);
});
after(async () => {
  await browser.close();
  assert.equal(await server.stop(), 0);
  assert.match(server.lines.at(-1), /^drained/);
});

test("the card comes after the whole answer and carries its label", async () => {
  const { context, troubles } = await person(browser);
  const page = await quiet(server, context);
  await page.evaluate(() => {
    window.order = [];
    const busy = () => document.querySelectorAll("[aria-busy]").length;
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes)
          if (node.classList?.contains("message-card")) window.order.push(busy(), node.previousElementSibling.className);
    }).observe(document.getElementById("log"), { childList: true });
  });
  await say(page, "My old kettle leaks.");
  await answered(page, 1);
  const card = cards(page);
  await card.waitFor();
  assert.deepEqual(await page.evaluate(() => window.order), [0, "said assistant"]);
  assert.match(await page.locator(".said.assistant").last().innerText(), /steel body/);
  const label = card.locator(".card-label");
  assert.ok(await label.isVisible());
  assert.equal(await label.innerText(), "Sponsored · Boilwell");
  assert.equal(await card.evaluate((card) => card.firstElementChild.className), "card-label");
  assert.equal(await card.locator(".card-title").innerText(), "Kettles that do not drip");
  const link = card.getByRole("link");
  assert.match(await link.getAttribute("href"), /^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/tracking\/redirect\?token=/);
  assert.equal(await link.getAttribute("rel"), "sponsored noopener noreferrer");
  assert.deepEqual(troubles, []);
  await context.close();
});

test("placement says whether there is a picture or a logo", async () => {
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "Which coffee beans?");
  await cards(page).first().locator("img.card-picture").waitFor();
  await say(page, "My old kettle leaks.");
  await cards(page).nth(1).locator("img.card-logo").waitFor();
  const loaded = await page.locator(".message-card img").evaluateAll((images) => images.map((image) => image.complete && image.naturalWidth > 0));
  assert.deepEqual(loaded, [true, true]);
  assert.equal(await cards(page).first().locator("img").count(), 1);
  await context.close();
});

test("a click goes to the click URL itself, and is counted there", async () => {
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "I need boots for hiking.");
  await cards(page).waitFor();
  const before = (await server.stats()).clicks;
  assert.equal(before, 0, "nothing has fetched a click URL so far");
  const [landing] = await Promise.all([context.waitForEvent("page"), cards(page).locator(".card-title").click({ force: true })]);
  await landing.waitForLoadState();
  assert.match(landing.url(), /\/sandbox\/landing\?advertiser=/);
  assert.equal((await server.stats()).clicks, 1);
  await context.close();
});

test("a person who wants no ads sees none, and none is asked for, also after a reload", async () => {
  const { context, troubles } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "My old kettle leaks.");
  await cards(page).waitFor();
  const toggle = page.getByRole("button", { name: "No ads" });
  assert.equal(await toggle.getAttribute("aria-pressed"), "false");
  await toggle.click();
  await page.locator('#wish[aria-pressed="true"]').waitFor();
  assert.equal(await cards(page).count(), 0);
  const { requests } = await server.stats();
  await page.reload();
  await page.locator('#wish[aria-pressed="true"]').waitFor();
  await say(page, "And a lid?");
  await answered(page, 2);
  assert.equal(await cards(page).count(), 0);
  assert.equal((await server.stats()).requests, requests);
  await toggle.click();
  await page.locator('#wish[aria-pressed="false"]').waitFor();
  await say(page, "I need boots for hiking.");
  await cards(page).first().waitFor();
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a question to begin with becomes the person's message and its tap is told once", async () => {
  const { context, troubles } = await person(browser);
  const page = await open(server, context);
  const chip = page.locator(".chip").first();
  await chip.waitFor();
  assert.match(await page.locator(".starter .card-label").first().innerText(), /^Sponsored · /);
  const question = await chip.innerText();
  await chip.click();
  await answered(page, 1);
  assert.equal(await page.locator(".said.user p").innerText(), question);
  assert.ok(await page.locator("#starters").isHidden());
  await until(async () => (await server.stats()).prompt_clicks, 1);
  await page.reload();
  await page.locator(".said.user").waitFor();
  assert.equal(await page.locator(".said.user p").innerText(), question);
  assert.equal(await page.locator(".chip").count(), 0);
  assert.equal((await server.stats()).prompt_clicks, 1);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("a new chat forgets the old one", async () => {
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "Which coffee beans?");
  await cards(page).waitFor();
  await page.getByRole("button", { name: "New chat" }).click();
  await page.locator(".chip").first().waitFor();
  assert.equal(await page.locator(".said").count(), 1);
  await page.reload();
  await page.locator(".chip").first().waitFor();
  assert.equal(await page.locator(".said.user").count(), 0);
  await context.close();
});

test("a new chat that cannot begin says so, and the old one stays", async () => {
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "Which coffee beans?");
  await answered(page, 1);
  await context.setOffline(true);
  await page.getByRole("button", { name: "New chat" }).click();
  await page.getByText("That did not work.").waitFor();
  assert.equal(await page.locator(".said.user").count(), 1);
  await context.setOffline(false);
  await say(page, "And a grinder?");
  await answered(page, 2);
  await context.close();
});

test("a new chat that gets no answer keeps nobody from going on", async () => {
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await context.route("**/api/new", () => {});
  await page.getByRole("button", { name: "New chat" }).click();
  await page.getByText("That did not work.").waitFor();
  await say(page, "And a grinder?");
  await answered(page, 1);
  await context.close();
});

test("what is typed before the old messages are there comes behind them", async () => {
  const { context, troubles } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "My old kettle leaks.");
  await answered(page, 1);
  await context.route("**/api/chat", async (route) => {
    await pause(500);
    await route.continue();
  });
  await page.reload();
  await say(page, "And a lid?");
  await answered(page, 2);
  assert.deepEqual(await page.locator(".said.user p").allInnerTexts(), ["My old kettle leaks.", "And a lid?"]);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("who takes no cookies is told what the page needs", async () => {
  const { context } = await person(browser);
  await context.route(server.page, async (route) => {
    const response = await route.fetch();
    await context.clearCookies();
    const { "set-cookie": _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  const page = await context.newPage();
  await page.goto(server.page);
  await page.getByText("This page needs its cookie.").waitFor();
  await context.close();
});

test("no name in the page is one that filters take for an advertisement", async () => {
  const { context } = await person(browser);
  const page = await context.newPage();
  const paths = [];
  page.on("request", (request) => paths.push(new URL(request.url()).pathname));
  await page.goto(server.page);
  await page.locator(".chip").first().waitFor();
  await say(page, "I need boots for hiking.");
  await cards(page).locator("img.card-picture").waitFor();
  await say(page, "My old kettle leaks.");
  await cards(page).locator("img.card-logo").waitFor();
  const names = await page.evaluate(() =>
    [...document.querySelectorAll("*")].flatMap((node) => [...node.classList, node.id, ...Object.keys(node.dataset)]));
  const own = paths.filter((path) => !path.includes("."));
  for (const name of [...names, ...own]) assert.doesNotMatch(name, /ad|advert|banner|sponsor|promo/i);
  assert.ok(names.includes("message-card") && own.includes("/api/say"));
  await context.close();
});

test("the key is in nothing that reaches the browser", async () => {
  const { context } = await person(browser);
  const page = await context.newPage();
  const bodies = [];
  page.on("response", (response) => bodies.push(response.text().then((text) => text + JSON.stringify(response.headers())).catch(() => "")));
  await page.goto(server.page);
  await say(page, "I need boots for hiking.");
  await cards(page).waitFor();
  await page.reload();
  await cards(page).waitFor();
  const all = (await Promise.all(bodies)).join("\n");
  assert.ok(all.includes("/api/v1/tracking/redirect"), "the turn was read");
  assert.ok(!all.includes("sandbox-staging"));
  await context.close();
});
