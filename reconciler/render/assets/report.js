"use strict";
(() => {
  const bar = document.querySelector(".filters");
  const boxes = bar ? [...bar.parentElement.querySelectorAll("details.change")] : [];
  const changes = boxes.map((box) => ({ box, text: box.textContent.toLowerCase() }));
  const theme = document.querySelector("#theme");

  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : window.matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
  });

  const open = (isOpen) => boxes.forEach((box) => { box.open = isOpen; });
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView({ block: "center" }); }
  };
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((box) => { box.open = true; }));
  follow();
  if (!bar) { return; }

  bar.hidden = false;
  const words = bar.querySelector("#words");
  const kind = bar.querySelector("#kind");
  const ops = [...bar.querySelectorAll("[data-filter]")];
  const shown = bar.querySelector("#shown");
  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = new Set(ops.filter((each) => each.ariaPressed === "true").map((each) => each.dataset.filter));
    let count = 0;
    for (const { box, text } of changes) {
      const fits = (!chosen.size || chosen.has(box.dataset.op))
        && (!kind.value || kind.value === box.dataset.kind)
        && wanted.every((word) => text.includes(word));
      box.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = count === changes.length ? `${count} shown` : `${count} of ${changes.length} shown`;
  };
  words.addEventListener("input", filter);
  kind.addEventListener("change", filter);
  ops.forEach((each) => each.addEventListener("click", () => {
    each.ariaPressed = each.ariaPressed === "true" ? "false" : "true";
    filter();
  }));
  bar.querySelector("#open").addEventListener("click", () => open(true));
  bar.querySelector("#close").addEventListener("click", () => open(false));
  filter();
})();
