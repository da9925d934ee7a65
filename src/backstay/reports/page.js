(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // The theme: the system's until somebody chooses.
  const remembered = (value) => {
    try {
      if (value) localStorage.setItem("backstay-theme", value);
      return localStorage.getItem("backstay-theme");
    } catch {
      return null;
    }
  };
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  if (remembered()) root.dataset.theme = remembered();
  const theme = make("button", { type: "button", className: "theme" });
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remembered(root.dataset.theme);
    nameTheme();
  });
  nameTheme();
  document.querySelector(".brand").append(theme);

  // Copying.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const block of all("main pre")) {
    block.tabIndex = 0; // so that the keyboard can scroll it
    const button = make("button", { type: "button", textContent: "Copy" });
    const wrapper = make("div", { className: "copied" });
    block.replaceWith(wrapper);
    wrapper.append(block, button);
    button.addEventListener("click", async () => {
      await copy(block.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  // The bars repeat the numbers beside them.
  for (const bar of all("svg")) bar.setAttribute("aria-hidden", "true");

  // Guidance opens beside the finding instead of far below it.
  const dialog = make("dialog");
  dialog.setAttribute("aria-label", "Guidance");
  document.body.append(dialog);
  const openGuidance = (event, link) => {
    const practice = document.getElementById(link.getAttribute("href").slice(1));
    if (!practice || !dialog.showModal) return;
    event.preventDefault();
    const shown = practice.cloneNode(true);
    shown.removeAttribute("id");
    const close = make("button", { type: "button", textContent: "Close" });
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(close, shown);
    dialog.showModal();
  };
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  for (const link of all(".finding a[href^='#p-']")) {
    link.addEventListener("click", (event) => openGuidance(event, link));
    const why = document.getElementById(link.getAttribute("href").slice(1))?.querySelector("dd");
    const place = link.closest(".finding").querySelector("h3 + p");
    if (why && link.closest("#findings")) place.after(make("p", { className: "why", textContent: why.textContent }));
  }

  // Paper shows everything.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const each of folded) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of folded) each.open = false; });

  // Filters.
  const bar = document.querySelector(".toolbar");
  if (!bar) return;
  const fileOf = (place) => place.textContent.replace(/(:\d+){1,2}$|#.*$/, "");
  const cards = all(".finding").map((node) => ({
    node,
    main: node.parentNode.id === "findings",
    severity: node.dataset.severity,
    area: node.dataset.area,
    verdict: node.dataset.verdict,
    practice: node.querySelector(".practice").textContent,
    files: new Set(all(".at", node).map(fileOf)),
    text: null,
  }));
  const main = cards.filter((card) => card.main);
  const tally = (values) => {
    const counts = new Map();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts;
  };

  const search = make("input", { type: "search", placeholder: "Search text" });
  search.setAttribute("aria-label", "Search text");
  document.querySelector(".tiles").remove();
  const severities = [];
  const severityCounts = tally(main.map((card) => card.severity));
  for (const name of ["critical", "high", "medium", "low", "info"]) {
    if (!severityCounts.has(name)) continue;
    const button = make("button", { type: "button", className: name, }, make("b", { textContent: severityCounts.get(name) }), ` ${name}`);
    button.dataset.severity = name;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") === "false"));
      apply();
    });
    severities.push(button);
  }
  const choose = (label, values) => {
    const select = make("select");
    select.setAttribute("aria-label", label);
    select.append(make("option", { value: "", textContent: label }));
    const counts = [...tally(values)].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    for (const [value, count] of counts) {
      select.append(make("option", { value, textContent: `${value.replace("not-proven", "not proven")} (${count})` }));
    }
    select.addEventListener("change", apply);
    select.hidden = counts.length < 2;
    return select;
  };
  const area = choose("Any area", main.map((card) => card.area));
  const verdict = choose("Any verdict", main.map((card) => card.verdict));
  const practice = choose("Any practice", main.map((card) => card.practice));
  const file = choose("Any file", main.flatMap((card) => [...card.files]));
  const compact = make("button", { type: "button", textContent: "Compact" });
  compact.setAttribute("aria-pressed", "false");
  compact.addEventListener("click", () => {
    const on = document.body.classList.toggle("compact");
    compact.setAttribute("aria-pressed", String(on));
  });
  const reset = make("button", { type: "button", textContent: "Reset" });
  const count = make("output", { className: "count" });

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = new Set(severities.filter((each) => each.getAttribute("aria-pressed") === "true").map((each) => each.dataset.severity));
    let shown = 0;
    for (const card of cards) {
      if (words.length && card.text === null) card.text = card.node.textContent.toLowerCase();
      const visible =
        (!pressed.size || pressed.has(card.severity)) &&
        (!area.value || card.area === area.value) &&
        (!verdict.value || card.verdict === verdict.value || !card.main) &&
        (!practice.value || card.practice === practice.value) &&
        (!file.value || card.files.has(file.value)) &&
        words.every((word) => card.text.includes(word));
      card.node.hidden = !visible;
      if (visible && card.main) shown += 1;
    }
    count.textContent = shown === main.length ? `${shown} shown` : `${shown} of ${main.length} shown`;
    reset.hidden = shown === main.length;
  }
  reset.addEventListener("click", () => {
    search.value = "";
    for (const each of [area, verdict, practice, file]) each.value = "";
    for (const each of severities) each.setAttribute("aria-pressed", "false");
    apply();
    search.focus();
  });
  search.addEventListener("input", apply);
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.append(...severities, search, area, verdict, practice, file, compact, count, reset);
  bar.hidden = false;
  apply();
})();
