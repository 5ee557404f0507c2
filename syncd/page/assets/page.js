// Refreshes what is shown, and lets keys press the buttons that are there. Nothing needs it.
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
  const focused = document.activeElement ? document.activeElement.id : "";
  if (fresh) {
    main().replaceChildren(...fresh.childNodes);
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
  }
}

function follow() {
  if (!main() || !main().hasAttribute("data-refresh")) return;
  if (document.hidden) {
    if (stream) stream.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource("/events");
    stream.addEventListener("changed", refresh);
  }
}

document.addEventListener("visibilitychange", follow);
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target instanceof HTMLInputElement && event.target.type === "search") return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (found) {
    event.preventDefault();
    found.click();
  }
});
follow();
