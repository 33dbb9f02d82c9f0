--- The script of a report's page: it searches, filters by outcome and sorts. The page can be read without it.
-- What is asked for is kept in the address behind "#", so that a page that reloads itself still shows it.
-- @module m365restore.report.script
return [[
(function () {
  "use strict";
  var find = document.querySelector(".find"), field = document.getElementById("search");
  var told = document.getElementById("shown"), counts = document.querySelectorAll(".counts button");
  var tables = Array.from(document.querySelectorAll("table"));
  var rows = tables.flatMap(function (table) { return Array.from(table.tBodies[0].rows); });
  var asked = new URLSearchParams(location.hash.slice(1));

  function text(row) {
    return row.known || (row.known = row.textContent.toLowerCase());
  }

  function show() {
    var words = (asked.get("q") || "").toLowerCase().split(/\s+/), outcome = asked.get("outcome"), shown = 0;
    rows.forEach(function (row) {
      var wanted = (!outcome || row.dataset.outcome === outcome) &&
        words.every(function (word) { return text(row).includes(word); });
      if (row.hidden === wanted) row.hidden = !wanted;
      shown += wanted;
    });
    counts.forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.outcome === outcome));
    });
    told.textContent = shown === rows.length ? "" : shown + " of " + rows.length + " targets shown";
  }

  function order() {
    var column = Number(asked.get("sort") || 0), down = asked.get("down") === "1";
    tables.forEach(function (table) {
      var heads = table.tHead.rows[0].cells, own = Array.from(table.tBodies[0].rows);
      Array.from(heads).forEach(function (head, i) {
        if (i + 1 === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      if (!column) return;
      var collator = new Intl.Collator(undefined, { numeric: true });
      var keyed = own.map(function (row) { return [row.cells[column - 1].textContent, row]; });
      keyed.sort(function (a, b) { return collator.compare(a[0], b[0]) * (down ? -1 : 1); });
      table.tBodies[0].append.apply(table.tBodies[0], keyed.map(function (pair) { return pair[1]; }));
    });
  }

  function ask(name, value) {
    if (value) asked.set(name, value);
    else asked.delete(name);
    try { history.replaceState(null, "", "#" + asked); } catch (_) { /* some viewers of files have no history */ }
  }

  field.value = asked.get("q") || "";
  field.addEventListener("input", function () {
    ask("q", field.value.trim());
    clearTimeout(field.timer);
    field.timer = setTimeout(show, 100);
  });
  counts.forEach(function (button) {
    button.addEventListener("click", function () {
      ask("outcome", asked.get("outcome") === button.dataset.outcome ? "" : button.dataset.outcome);
      show();
    });
  });
  tables.forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, i) {
      head.firstElementChild.addEventListener("click", function () {
        var again = asked.get("sort") === String(i + 1);
        ask("down", again && asked.get("down") !== "1" ? "1" : "");
        ask("sort", String(i + 1));
        order();
      });
    });
  });
  find.hidden = false;
  show();
  order();
  var seconds = document.body.dataset.again;
  if (seconds) setTimeout(function () { location.reload(); }, seconds * 1000);
})();
]]
