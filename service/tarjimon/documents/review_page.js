"use strict";
(() => {
  const rows = [...document.querySelectorAll("tbody tr")];
  const order = new Map(rows.map((row, number) => [row, number]));
  const body = document.querySelector("tbody");
  const filter = document.getElementById("filter");
  const first = document.getElementById("flagged-first");
  const find = document.getElementById("find");
  const count = document.getElementById("count");
  const save = document.getElementById("save");
  const weight = row => row.classList.contains("error") ? 0 : row.classList.contains("warning") ? 1 : 2;
  const target = row => row.querySelector(".text.target");
  const source = row => row.querySelector(".text.source");
  const original = new Map(rows.map(row => [row, target(row).textContent]));

  function show() {
    const wanted = filter.value, words = find.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const kinds = row.dataset.kinds.split(" ");
      const fits = wanted === "all" || (wanted === "flagged" ? weight(row) < 2 :
        wanted === "unchecked" ? weight(row) < 2 && !row.classList.contains("checked") :
        wanted === "changed" ? row.classList.contains("changed") : kinds.includes(wanted));
      const says = !words || row.textContent.toLowerCase().includes(words);
      row.hidden = !(fits && says);
      shown += !row.hidden;
    }
    const sorted = [...rows].sort((a, b) => (first.checked ? weight(a) - weight(b) : 0) || order.get(a) - order.get(b));
    body.append(...sorted);
    count.textContent = `${shown} of ${rows.length} segments`;
  }

  const visible = () => [...body.querySelectorAll("tr")].filter(row => !row.hidden);
  const current = () => document.activeElement.closest("tbody tr");
  function go(step, fits = () => true) {
    const all = visible();
    let at = all.indexOf(current());
    for (at += step; at >= 0 && at < all.length; at += step)
      if (fits(all[at])) { all[at].focus(); all[at].scrollIntoView({block: "center"}); return; }
  }
  function copy(text, from) {
    const done = () => { count.textContent = "copied"; };
    if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done);
    else {
      // A page opened from a disk has no clipboard API in some browsers.
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
      if (from) from.focus();
      done();
    }
  }
  function edit(row) {
    const cell = target(row);
    cell.contentEditable = "true";
    cell.focus();
  }
  function changed(row) {
    row.classList.toggle("changed", target(row).textContent !== original.get(row));
    save.disabled = !rows.some(one => one.classList.contains("changed") || one.classList.contains("checked"));
  }

  for (const row of rows) {
    row.tabIndex = 0;
    target(row).addEventListener("dblclick", () => edit(row));
    target(row).addEventListener("input", () => changed(row));
    for (const button of row.querySelectorAll(".copy"))
      button.addEventListener("click", () => copy((button.dataset.of === "source" ? source : target)(row).textContent, row));
  }
  filter.addEventListener("change", show);
  first.addEventListener("change", show);
  find.addEventListener("input", show);
  save.addEventListener("click", () => {
    // Tab-separated source and translation: what `tarjimon memory import` reads.
    const plain = text => text.replace(/[\t\r\n]+/g, " ");
    const lines = rows.filter(row => row.classList.contains("changed") || row.classList.contains("checked"))
      .map(row => `${plain(source(row).textContent)}\t${plain(target(row).textContent)}`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], {type: "text/tab-separated-values"}));
    link.download = document.title.replace(/[^\p{L}\p{N}.-]+/gu, "_") + ".corrections.tsv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  document.addEventListener("keydown", event => {
    const typing = event.target.isContentEditable || ["INPUT", "SELECT"].includes(event.target.tagName);
    if (event.key === "Escape") {
      const row = current();
      if (row) { target(row).contentEditable = "false"; row.focus(); } else document.activeElement.blur();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = current();
    const keys = {
      j: () => go(1), k: () => go(-1), n: () => go(1, one => weight(one) < 2 && !one.classList.contains("checked")),
      "/": () => find.focus(),
      e: () => row && edit(row), c: () => row && copy(target(row).textContent, row),
      s: () => row && copy(source(row).textContent, row),
      a: () => { if (row) { row.classList.toggle("checked"); changed(row); } },
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  show();
})();
