// Refreshes what is shown, lets keys press the buttons that are there, and tells the time of here.
// Nothing needs it.
"use strict";

const main = () => document.querySelector("main");
let stream = null;

async function refresh() {
  const chosen = document.querySelector("main input:checked, main button:focus");
  if (chosen) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main");
  if (!fresh) return;
  const focused = document.activeElement ? document.activeElement.id : "";
  const said = document.querySelector("[role=status]");
  const news = fresh.querySelector("[role=status]");
  // What was said is said once; it stays until there is something else to say.
  if (said && news && !news.childElementCount) news.replaceWith(said);
  main().replaceChildren(...fresh.childNodes);
  dress();
  if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
}

function follow() {
  if (!main() || !main().hasAttribute("data-refresh")) return;
  if (document.hidden) {
    if (stream) stream.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource("events");
    stream.addEventListener("changed", refresh);
  }
}

function dress() {
  const here = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    if (isNaN(moment)) continue;
    time.title = time.textContent;
    time.textContent = here.format(moment);
  }
  for (const all of document.querySelectorAll("[data-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      const boxes = all.closest("table").querySelectorAll("tbody input[type=checkbox]");
      for (const box of boxes) box.checked = all.checked;
    });
  }
}

// An arrow moves what is wider than its place; only where nothing does, it turns the page.
const moves = (target) => {
  const region = target instanceof Element && target.closest(".scroll");
  return Boolean(region) && region.scrollWidth > region.clientWidth;
};

document.addEventListener("visibilitychange", follow);
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  if (event.target instanceof HTMLInputElement && event.target.type === "search") return;
  if (event.target instanceof HTMLInputElement && event.key.startsWith("Arrow")) return;
  if (event.key.startsWith("Arrow") && moves(event.target)) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (found) {
    event.preventDefault();
    found.click();
  }
});
dress();
follow();
