// When an impression counts: half of the card in view for a second, once. Times are the page's own; where this machine was
// too slow to show a card for less than a second, the attempt does not count.

const assert = require("node:assert/strict");
const { after, before, test } = require("node:test");
const { start } = require("./server.cjs");
const { answered, cards, launch, pause, person, quiet, say, until } = require("./browser.cjs");

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([start("--formats", "message"), launch()]);
});
after(async () => {
  await browser.close();
  assert.equal(await server.stop(), 0);
});

const impressions = async () => (await server.stats()).impressions;

// A chat long enough to scroll, whose first card came while the person was reading at the top.
async function scrolledUp() {
  const { context, troubles } = await person(browser, { viewport: { width: 500, height: 340 } });
  const page = await quiet(server, context);
  await server.fault("204", 3);
  for (const turn of [1, 2, 3]) {
    await say(page, "When do you close?");
    await answered(page, turn);
  }
  await server.fault("delay=700");
  await say(page, "My old kettle leaks.");
  await answered(page, 4);
  await page.locator("#room").evaluate((room) => (room.scrollTop = 0));
  await cards(page).waitFor({ state: "attached" });
  return { context, page, troubles };
}

// When the page told of a card, on its own clock.
const told = (page) =>
  page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/api/seen")).map(({ startTime }) => startTime));

// Brings the card into view up to a share of it, and says when.
const bringIn = (page, share) =>
  page.evaluate((share) => {
    const [room, card] = [document.getElementById("room"), document.querySelector(".message-card")];
    const [view, box] = [room.getBoundingClientRect(), card.getBoundingClientRect()];
    room.scrollTop += box.top - view.bottom + share * box.height;
    return performance.now();
  }, share);

test("a card out of view is not counted, and one in view is, after a second and once", async () => {
  const before = await impressions();
  const { context, page, troubles } = await scrolledUp();
  await pause(2500);
  assert.equal(await impressions(), before);
  const since = await bringIn(page, 1);
  await until(impressions, before + 1);
  const [at, ...more] = await told(page);
  assert.ok(at - since >= 1000, `told after ${at - since} ms`);
  await pause(1500);
  assert.deepEqual([more, (await told(page)).length, await impressions()], [[], 1, before + 1]);
  assert.deepEqual(troubles, []);
  await context.close();
});

test("less than half of a card is not counted", async () => {
  const before = await impressions();
  const { context, page } = await scrolledUp();
  await bringIn(page, 0.45);
  await pause(2500);
  assert.equal(await impressions(), before);
  await bringIn(page, 0.55);
  await until(impressions, before + 1);
  await context.close();
});

// Shows the card for nine tenths of a second, and says for how long it really was.
const showBriefly = (page) =>
  page.evaluate(async () => {
    const [room, card] = [document.getElementById("room"), document.querySelector(".message-card")];
    const frame = () => new Promise(requestAnimationFrame);
    const since = performance.now();
    room.scrollTop = room.scrollHeight;
    await new Promise((resolve) => setTimeout(resolve, 900 - (performance.now() - since)));
    const [view, box] = [room.getBoundingClientRect(), card.getBoundingClientRect()];
    if (box.bottom > view.bottom + 1) throw new Error("the card was not in view");
    room.scrollTop = 0;
    await frame();
    await frame();
    return performance.now() - since;
  });

test("a card shown for nine tenths of a second is not counted, however often", async () => {
  for (let tries = 0; tries < 5; tries++) {
    const before = await impressions();
    const { context, page } = await scrolledUp();
    const shown = [];
    for (let times = 0; times < 3; times++) {
      shown.push(await showBriefly(page));
      await pause(300);
    }
    const isBrief = shown.every((millis) => millis > 850 && millis < 1000);
    if (isBrief) {
      await pause(1500);
      assert.deepEqual([await told(page), await impressions()], [[], before]);
      await bringIn(page, 1);
      await until(impressions, before + 1);
    }
    await context.close();
    if (isBrief) return;
  }
  assert.fail("this machine is too slow to show a card for less than a second");
});

test("a card in two tabs and after a reload is counted once", async () => {
  const before = { impressions: await impressions(), pings: (await server.stats()).pings };
  const spent = 'page_impressions_total{result="spent"}';
  const spentBefore = await server.count(spent);
  const { context, page: first } = await scrolledUp();
  const second = await context.newPage();
  await second.goto(server.page);
  await cards(second).waitFor();
  await until(impressions, before.impressions + 1);
  assert.deepEqual(await told(first), [], "the first tab has not shown it yet");
  const replayed = first.waitForResponse(/api\/seen/);
  await bringIn(first, 1);
  assert.equal((await replayed).status(), 409);
  await first.reload();
  await cards(first).waitFor();
  await pause(2000);
  assert.deepEqual(await told(first), [], "what was counted has no token any more");
  const { impressions: counted, pings } = await server.stats();
  assert.equal(counted, before.impressions + 1);
  assert.equal(pings, before.pings + 2, "one for each of the two trackers");
  assert.equal(await server.count(spent), spentBefore + 1);
  await context.close();
});
