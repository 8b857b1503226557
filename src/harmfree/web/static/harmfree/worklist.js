// Keys on the worklist: j and k walk through the lines, Enter opens one, x chooses it, d records.
// Nothing here is needed: every line has a link and a box of its own.
const lines = [...document.querySelectorAll("[data-line]")];
const said = document.getElementById("said");
const hint = document.getElementById("keys-hint");
let at = -1;

const typing = (element) =>
  element.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") !== null;

function go(to) {
  if (!lines.length) return;
  at = Math.max(0, Math.min(lines.length - 1, to));
  lines[at].focus();
  lines[at].scrollIntoView({ block: "nearest" });
}

function choose() {
  const box = lines[at]?.querySelector("input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  said.textContent = box.checked ? "Chosen" : "No longer chosen";
}

const keys = {
  j: () => go(at + 1),
  k: () => go(at - 1),
  x: choose,
  d: () => {
    if (at >= 0) location.assign(`${lines[at].dataset.href}#record`);
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (event.key === "Enter" && event.target === lines[at]) {
    location.assign(lines[at].dataset.href);
  } else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

for (const [place, line] of lines.entries()) {
  line.addEventListener("focusin", () => { at = place; });
}
if (hint) hint.hidden = false;
