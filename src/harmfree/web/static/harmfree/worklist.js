// Keys on the worklist: j and k walk through the lines, Enter opens one, x chooses it, d records it
// as done, ? shows this list. Nothing here is needed: every line has a link and a box of its own.
// The keys can be switched off (WCAG 2.1.4), and they never act while somebody types.
const KEPT = "harmfree.worklist.keys";
const lines = [...document.querySelectorAll("[data-line]")];
const said = document.getElementById("said");
const help = document.getElementById("keys-help");
const keysSwitch = document.getElementById("keys-switch");

const kept = () => {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // storage may be forbidden; the keys are then on for each page anew
  }
};
let on = kept() !== "off";

const typing = (element) =>
  element.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]");
const link = (line) => line.querySelector("a");
const here = () => lines.findIndex((line) => line.contains(document.activeElement));

function say(text) {
  said.textContent = "";
  said.textContent = text;
}

function go(to) {
  if (!lines.length) return;
  const place = Math.max(0, Math.min(lines.length - 1, to));
  link(lines[place]).focus();
  lines[place].scrollIntoView({ block: "nearest" });
  const end = place === to ? "" : to < 0 ? ", the first on this page" : ", the last on this page";
  say(`Line ${place + 1} of ${lines.length}${end}`);
}

function choose() {
  const box = lines[here()]?.querySelector("input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  say(box.checked ? "Chosen" : "No longer chosen");
}

function record() {
  const line = lines[here()];
  if (line?.querySelector("input[type=checkbox]")) {
    location.assign(`${link(line).href}?did=done#record`);
  }
}

function showHelp() {
  help.open = !help.open;
  help.querySelector("summary").focus();
}

const keys = {
  j: () => go(here() + 1),
  k: () => go(here() - 1),
  x: choose,
  d: record,
  "?": showHelp,
};

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (!Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});

function show() {
  keysSwitch.textContent = on ? "Shortcuts are on" : "Shortcuts are off";
}

keysSwitch.addEventListener("click", () => {
  on = !on;
  try {
    localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    // it then holds for this page alone
  }
  show();
});
show();
document.getElementById("keys").hidden = false;
