// A tab that nobody looks at counts nothing. Through ChromeDriver, which leaves tabs hidden when they are; Playwright keeps
// every page looked at.

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const readline = require("node:readline");
const { after, before, test } = require("node:test");
const { start } = require("./server.cjs");
const { ARGS, pause, until } = require("./browser.cjs");

let server, driver, base, session;
before(async () => {
  server = await start("--formats", "message");
  driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "inherit"] });
  const reader = readline.createInterface({ input: driver.stdout });
  base = await new Promise((resolve, reject) => {
    driver.once("exit", () => reject(new Error("no ChromeDriver")));
    reader.on("line", (line) => {
      const port = line.match(/started successfully on port (\d+)/)?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
  });
  const options = { args: ["--headless=new", ...ARGS] };
  session = (await call("POST", "", { capabilities: { alwaysMatch: { "goog:chromeOptions": options } } })).sessionId;
});
after(async () => {
  await call("DELETE", `/${session}`);
  const ended = once(driver, "exit");
  driver.kill();
  await ended;
  await server.stop();
});

async function call(method, path, body) {
  const answer = await fetch(`${base}/session${path}`, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(value.message);
  return value;
}

const drive = (method, path, body) => call(method, `/${session}${path}`, body);
const run = (script) => drive("POST", "/execute/sync", { script, args: [] });
const ads = async () => (await server.stats()).ads;
const impressions = async () => (await server.stats()).impressions;

test("a card in a hidden tab is counted only once somebody looks for a second", async () => {
  await server.fault("204");
  await server.fault("delay=1000");
  await drive("POST", "/url", { url: server.page });
  await until(() => run("return document.querySelectorAll('.said').length"), 1);
  await until(async () => (await server.stats()).openers.requests, 1);
  await run(`
    window.states = [];
    document.addEventListener("visibilitychange", () => states.push([document.visibilityState, performance.now()]));
    document.getElementById("words").value = "My old kettle leaks.";
    document.getElementById("composer").requestSubmit();`);
  const page = await drive("GET", "/window");
  const other = await drive("POST", "/window/new", { type: "tab" });
  await drive("POST", "/window", { handle: other.handle });
  await until(ads, 1);
  await pause(3000);
  assert.equal(await impressions(), 0);

  await drive("POST", "/window", { handle: page });
  await until(impressions, 1);
  const [states, told, count] = await run(`
    const told = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/api/seen"));
    return [states, told.map(({ startTime }) => startTime), document.querySelectorAll(".message-card").length];`);
  assert.equal(count, 1);
  assert.deepEqual(states.map(([state]) => state), ["hidden", "visible"]);
  assert.equal(told.length, 1);
  assert.ok(told[0] - states[1][1] >= 1000, `told ${told[0] - states[1][1]} ms after it was looked at`);
});
