// A chat server with a sandbox platform inside, and what both of them counted.

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const readline = require("node:readline");

async function start(...options) {
  const env = { ...process.env, THRADS_API_KEY: "", THRADS_API_KEY_FILE: "" };
  const words = ["--listen", "127.0.0.1:0", "--word-ms", "5", ...options];
  const child = spawn(process.env.SERVER, words, { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  const found = { page: null, sandbox: null };
  const reader = readline.createInterface({ input: child.stdout });
  await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    reader.on("line", (line) => {
      lines.push(line);
      found.page ??= line.match(/^the page: +(\S+)$/)?.[1];
      found.sandbox ??= line.match(/sandbox at (\S+)$/)?.[1];
      if (found.page && found.sandbox) resolve();
    });
  });
  return new Server(child, lines, found.page, found.sandbox);
}

class Server {
  constructor(child, lines, page, sandbox) {
    Object.assign(this, { child, lines, page, sandbox });
  }

  // What the platform counted.
  async stats() {
    return (await fetch(`${this.sandbox}/sandbox/stats`)).json();
  }

  // What the page's server counted, by metric and label.
  async count(metric) {
    const text = await (await fetch(`${this.page}metrics`)).text();
    const line = text.split("\n").find((line) => line.startsWith(`${metric} `));
    if (!line) throw new Error(`no ${metric}`);
    return Number(line.slice(metric.length + 1));
  }

  // The sandbox's own paths. While the fault `refuse` closes its port they are tried again.
  async control(method, path, body) {
    for (let tries = 0; ; tries++) {
      try {
        return await fetch(`${this.sandbox}/sandbox/${path}`, { method, body: body && JSON.stringify(body) });
      } catch (error) {
        if (tries === 30) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async order(path, body) {
    const answer = await this.control("POST", path, body);
    return { ok: answer.ok, text: await answer.text() };
  }

  // The next `times` calls for an ad meet a fault of the sandbox.
  async fault(fault, times = 1) {
    const { ok, text } = await this.order("fault", { fault, times });
    if (!ok) throw new Error(text);
  }

  // Members that lie over the next ad.
  async creative(members, times = 1) {
    const { ok, text } = await this.order("creative", { members, times });
    if (!ok) throw new Error(text);
  }

  async clear() {
    await this.control("DELETE", "fault");
    await this.control("DELETE", "creative");
  }

  // Ends as an operator ends it; resolves to the exit status.
  async stop() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    return (await ended)[0];
  }
}

module.exports = { start };
