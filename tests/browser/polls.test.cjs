// A poll takes one vote, counts it once, and shows how it stands.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { start } = require("./server.cjs");
const { cards, launch, person, quiet, say } = require("./browser.cjs");

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([start("--formats", "poll"), launch()]);
});
after(async () => {
  await browser.close();
  assert.equal(await server.stop(), 0);
});

const votes = async () => (await server.stats()).votes;
const shares = (page) => page.locator("progress").evaluateAll((bars) => bars.map((bar) => bar.value));

test("a vote is counted once, in two tabs, on a second try and after a reload", async () => {
  const { context, troubles } = await person(browser);
  const first = await quiet(server, context);
  await say(first, "I need boots for hiking.");
  await cards(first).waitFor();
  const second = await context.newPage();
  await second.goto(server.page);
  await second.locator(".choice").first().waitFor();
  assert.equal(await first.locator("progress").count(), 0, "no results before the vote");
  assert.equal(await first.locator(".card-link").count(), 0, "no link before the vote");

  await first.locator(".choice").first().dblclick();
  await first.locator("progress").first().waitFor();
  assert.equal(await votes(), 1);
  const standing = await shares(first);
  assert.equal(standing.length, 2);
  assert.ok(standing[0] > 0 && standing.every((share) => share >= 0 && share <= 100), String(standing));
  assert.ok(await first.locator(".card-link").isVisible());

  await second.locator(".choice").nth(1).click();
  await second.locator("progress").first().waitFor();
  assert.deepEqual(await shares(second), standing);
  await first.reload();
  await first.locator("progress").first().waitFor();
  assert.deepEqual(await shares(first), standing);
  assert.equal(await first.locator(".choice").count(), 0);
  assert.equal(await votes(), 1);
  const other = troubles.filter((trouble) => !trouble.includes("409"));
  assert.deepEqual(other, [], "beside a second tab that told of the same impression");
  await context.close();
});

test("a choice that the poll does not have is no vote", async () => {
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "Which coffee beans?");
  await cards(page).waitFor();
  const before = await votes();
  const statuses = await page.evaluate(async () => {
    const chat = await (await fetch("/api/chat")).json();
    const { id } = chat.find((entry) => entry.type === "card").card;
    const vote = (card, choice) =>
      fetch("/api/vote", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ card, choice }) });
    return Promise.all([vote(id, "99"), vote("0".repeat(32), "0")].map(async (answer) => (await answer).status));
  });
  assert.deepEqual(statuses, [422, 404]);
  assert.equal(await votes(), before);
  await page.locator(".choice").first().click();
  await page.locator("progress").first().waitFor();
  assert.equal(await votes(), before + 1);
  await context.close();
});

test("somebody else's poll takes no vote", async () => {
  const { context } = await person(browser);
  const page = await quiet(server, context);
  await say(page, "Which coffee beans?");
  await cards(page).waitFor();
  const id = await page.evaluate(async () => (await (await fetch("/api/chat")).json()).find((entry) => entry.type === "card").card.id);
  const stranger = await person(browser);
  const theirs = await quiet(server, stranger.context);
  const before = await votes();
  const status = await theirs.evaluate(
    async (card) =>
      (await fetch("/api/vote", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ card, choice: "0" }) })).status,
    id,
  );
  assert.deepEqual([status, await votes()], [404, before]);
  await Promise.all([context.close(), stranger.context.close()]);
});
