// Who can use it: with a screen reader, a keyboard, a telephone, in the dark, without motion. Keeps the pictures.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { start } = require("./server.cjs");
const { answered, cards, launch, open, pause, person, quiet, say } = require("./browser.cjs");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const keep = (name) => path.join(process.env.ARTEFACTS, name);
const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  narrow: { colorScheme: "dark", viewport: { width: 320, height: 640 }, reducedMotion: "reduce" },
};

let messages, polls, browser;
before(async () => {
  [messages, polls, browser] = await Promise.all([start("--formats", "message"), start("--formats", "poll"), launch()]);
});
after(async () => {
  await browser.close();
  await Promise.all([messages.stop(), polls.stop()]);
});

// What the checker finds, as lines that say where.
async function findings(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ impact, id, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

for (const [look, options] of Object.entries(LOOKS)) {
  test(`the checker finds nothing in any state of the page, ${look}`, async () => {
    const { context, troubles } = await person(browser, options);
    const page = await open(messages, context);
    await page.locator(".chip").first().waitFor();
    await pause(300);
    assert.deepEqual(await findings(page), [], "questions to begin with");
    await page.screenshot({ path: keep(`${look}-questions.png`) });
    await say(page, "I need boots for hiking in wet weather.");
    await cards(page).locator("img.card-picture").waitFor();
    await answered(page, 1);
    await pause(300);
    assert.deepEqual(await findings(page), [], "a message");
    assert.ok((await page.evaluate(() => document.scrollingElement.scrollWidth)) <= (options.viewport?.width ?? 800));
    await page.screenshot({ path: keep(`${look}.png`) });

    const poll = await quiet(polls, context);
    await say(poll, "Which coffee beans?");
    await cards(poll).waitFor();
    await pause(300);
    assert.deepEqual(await findings(poll), [], "a poll");
    await poll.locator(".choice").first().click();
    await poll.locator("progress").first().waitFor();
    assert.deepEqual(await findings(poll), [], "its results");
    await poll.screenshot({ path: keep(`${look}-poll.png`) });

    const operator = await context.newPage();
    await operator.goto(`${messages.page}operator`);
    await operator.locator("#decisions tr").first().waitFor();
    assert.match(await operator.locator("#decisions tr").first().innerText(), /ad\s+asked/);
    assert.deepEqual(await findings(operator), [], "the operator's page");
    await operator.screenshot({ path: keep(`${look}-operator.png`) });
    assert.deepEqual(troubles, []);
    await context.close();
  });
}

test("the checker is there: it finds what is planted", async () => {
  const { context } = await person(browser);
  const page = await quiet(messages, context);
  await page.evaluate(() => {
    const image = document.createElement("img");
    image.src = "/icon.svg";
    document.getElementById("log").append(image);
  });
  assert.ok((await findings(page)).some((finding) => finding.includes("image-alt")));
  await context.close();
});

test("all of it can be done with the keyboard", async () => {
  const { context } = await person(browser);
  const page = await open(polls, context);
  await page.locator(".chip").first().waitFor();
  const focused = () => page.evaluate(() => document.activeElement.className || document.activeElement.id);
  const tabTo = async (name) => {
    for (let steps = 0; steps < 12; steps++) {
      await page.keyboard.press("Tab");
      if ((await focused()).split(" ").includes(name)) return;
    }
    assert.fail(`no way to ${name} by Tab`);
  };
  await tabTo("chip");
  await page.keyboard.press("Enter");
  await answered(page, 1);
  assert.equal(await focused(), "words", "the person can type on");
  await page.keyboard.type("first line");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("second line");
  assert.equal(await page.locator(".said.user").count(), 1);
  await page.keyboard.press("Enter");
  await answered(page, 2);
  assert.equal(await page.locator(".said.user p").last().innerText(), "first line\nsecond line");
  await cards(page).nth(1).waitFor();
  await page.locator("#room").focus();
  await tabTo("choice");
  await page.keyboard.press("Enter");
  await page.locator("progress").first().waitFor();
  assert.equal(await focused(), "choices", "the results are where the vote was");
  await context.close();
});

test("a screen reader is told what is what", async () => {
  const { context } = await person(browser);
  const page = await quiet(messages, context);
  await say(page, "My old kettle leaks.");
  const card = page.getByRole("complementary", { name: "Sponsored · Boilwell" });
  await card.waitFor();
  assert.equal(await card.getByRole("link", { name: "See range" }).count(), 1);
  assert.equal(await page.getByRole("log", { name: "Messages" }).count(), 1);
  assert.equal(await page.locator(".said.user").evaluate((said) => said.textContent), "You: My old kettle leaks.");
  const poll = await quiet(polls, context);
  await say(poll, "Which coffee beans?");
  await cards(poll).waitFor();
  const question = await cards(poll).locator(".card-title").innerText();
  const choices = poll.getByRole("group", { name: question });
  await choices.getByRole("button").first().click();
  await choices.getByRole("progressbar").first().waitFor();
  await context.close();
});

test("who wants no motion gets none", async () => {
  for (const [reducedMotion, expected] of [["reduce", "none"], ["no-preference", "arrive"]]) {
    const { context } = await person(browser, { reducedMotion });
    const page = await quiet(messages, context);
    await say(page, "My old kettle leaks.");
    await cards(page).waitFor();
    assert.equal(await cards(page).evaluate((card) => getComputedStyle(card).animationName), expected);
    await context.close();
  }
});
