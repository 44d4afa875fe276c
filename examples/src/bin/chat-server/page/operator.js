// The operator's page: counters and decisions, fetched again every two seconds while somebody looks.

const [summary, counters, decisions] = ["summary", "counters", "decisions"].map((id) => document.getElementById(id));

function row(...cells) {
  const made = document.createElement("tr");
  for (const cell of cells) {
    const place = document.createElement("td");
    if (typeof cell === "number") place.className = "number";
    place.textContent = String(cell);
    made.append(place);
  }
  return made;
}

async function refresh() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch("/operator/state").catch(() => null);
  if (!answer?.ok) {
    summary.textContent = "The server does not answer.";
    return;
  }
  const state = await answer.json();
  summary.textContent =
    `The platform is ${state.platform}. ${state.chats} chats, ${state.waiting} impressions not yet seen.`;
  counters.replaceChildren(...state.counters.map(([what, count]) => row(what, count)));
  decisions.replaceChildren(...state.decisions.map(({ at, outcome, explained, detail }) =>
    row(new Date(at * 1000).toLocaleTimeString(), outcome, [explained, detail].filter(Boolean).join(": "))));
}

refresh();
setInterval(refresh, 2000);
document.addEventListener("visibilitychange", refresh);
