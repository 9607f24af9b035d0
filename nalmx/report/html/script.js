"use strict";
(() => {
  const make = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const key = (cell) => {
    const text = cell.textContent.trim();
    const number = parseFloat(text.replace(/,/g, ""));
    return /^[-+]?[\d.]/.test(text) && !Number.isNaN(number) ? number : text;
  };
  const compare = (a, b) =>
    typeof a === typeof b
      ? typeof a === "number" ? a - b : a.localeCompare(b)
      : typeof a === "number" ? -1 : 1;

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = make("button", "", head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => sign * compare(key(a.cells[column]), key(b.cells[column])));
        table.tBodies[0].append(...rows);
      });
    });
  }

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

  for (const player of document.querySelectorAll(".player")) {
    const traces = JSON.parse(player.querySelector("script").textContent);
    let trace = traces[0], at = 0, timer = null;
    const controls = make("div", "controls");
    const view = make("div", "view");
    const slider = make("input");
    slider.type = "range";
    slider.min = 0;
    slider.setAttribute("aria-label", "step");
    const choice = make("select");
    choice.setAttribute("aria-label", "prompt");
    traces.forEach((one, place) => {
      const option = make("option", "", one.title);
      option.value = place;
      choice.append(option);
    });
    const stop = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = "▶";
    };
    const go = (to) => {
      at = Math.max(0, Math.min(trace.tokens.length - 1, to));
      if (at === trace.tokens.length - 1) stop();
      show();
    };
    const button = (sign, name, act) => {
      const made = make("button", "", sign);
      made.type = "button";
      made.title = name;
      made.addEventListener("click", act);
      controls.append(made);
      return made;
    };
    button("«", "first step", () => go(0));
    button("‹", "step back", () => { stop(); go(at - 1); });
    const play = button("▶", "play or pause", () => {
      if (timer !== null) return stop();
      if (at === trace.tokens.length - 1) go(0);
      play.textContent = "‖";
      timer = setInterval(() => go(at + 1), 600);
    });
    button("›", "next step", () => { stop(); go(at + 1); });
    controls.append(slider);
    if (traces.length > 1) controls.append(choice);
    slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
    choice.addEventListener("change", () => { trace = traces[choice.value]; stop(); go(0); });

    const show = () => {
      slider.max = trace.tokens.length - 1;
      slider.value = at;
      const tokens = make("div", "tokens");
      trace.tokens.forEach((token, place) => {
        const kinds = [place > trace.prompt ? "said" : "", place > at ? "later" : "", place === at ? "now" : ""];
        tokens.append(make("span", kinds.filter(Boolean).join(" "), token));
      });
      const state = trace.states.length ? `, state q${trace.states[at]}` : "";
      const parts = [tokens, make("div", "key", `step ${at + 1} of ${trace.tokens.length}${state}`)];
      for (const tape of trace.tapes) {
        const { heads, cells } = tape.steps[at];
        parts.push(make("div", "key", tape.name));
        const row = make("div", "tape");
        cells.forEach((word, place) => {
          const kinds = [place === heads[0] ? "write" : "", place === heads[1] ? "read" : ""];
          const cell = make("span", kinds.filter(Boolean).join(" "), word);
          cell.append(make("small", "", tape.places[place]));
          row.append(cell);
        });
        parts.push(row);
      }
      view.replaceChildren(...parts);
    };
    player.append(controls, view, make("div", "key", "orange frame: write head; blue ring: read head"));
    show();
  }
})();
