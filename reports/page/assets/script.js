(function () {
  "use strict";
  var d = document, root = d.documentElement;
  root.classList.add("js");
  function all(selector, of) { return Array.prototype.slice.call((of || d).querySelectorAll(selector)); }
  function on(list, kind, what) { list.forEach(function (e) { e.addEventListener(kind, what); }); }
  // the theme
  try { if (localStorage.wavetankTheme) root.dataset.theme = localStorage.wavetankTheme; } catch (e) { /* no storage */ }
  d.getElementById("theme").addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.wavetankTheme = root.dataset.theme; } catch (e) { /* no storage */ }
  });
  // policies: hide, show, and stress the one that is pointed at
  all(".policy").forEach(function (b) {
    var q = b.dataset.q;
    b.addEventListener("click", function () {
      var off = root.classList.toggle("off" + q);
      b.setAttribute("aria-pressed", String(!off));
    });
    on([b], "mouseenter", function () { root.classList.add("only" + q); });
    on([b], "focus", function () { if (b.matches(":focus-visible")) root.classList.add("only" + q); });
    function leave() { root.classList.remove("only" + q); }
    on([b], "mouseleave", leave);
    on([b], "blur", leave);
  });
  // sorting: a button in every heading of a sortable table
  all("table.sortable").forEach(function (t) {
    var body = t.tBodies[0], first = all("tr", body);
    all("thead th", t).forEach(function (th, column) {
      if (th.classList.contains("axis")) return;
      var b = d.createElement("button");
      b.type = "button";
      while (th.firstChild) b.appendChild(th.firstChild);
      th.appendChild(b);
      b.addEventListener("click", function () {
        var was = th.getAttribute("aria-sort"), down = was === "ascending";
        all("th[aria-sort]", t).forEach(function (h) { h.removeAttribute("aria-sort"); });
        var list = first.slice();
        if (was !== "descending") {
          th.setAttribute("aria-sort", down ? "descending" : "ascending");
          list.sort(function (a, z) {
            var x = a.cells[column], y = z.cells[column];
            var order = "v" in x.dataset ? number(x) - number(y) : x.textContent.localeCompare(y.textContent);
            return down ? -order : order;
          });
        }
        list.forEach(function (tr) { body.appendChild(tr); });
      });
    });
  });
  function number(cell) {
    var v = cell.dataset.v;
    return v === "" ? 1e300 : v === "+Inf" ? 1e299 : parseFloat(v);
  }
  // choices: show the lines of a table that have the chosen values
  all("[data-of]").forEach(function (box) {
    var choices = all("select", box), lines = all("tbody tr", d.querySelector(box.dataset.of));
    on(choices, "change", function () {
      lines.forEach(function (tr) {
        tr.hidden = choices.some(function (c) { return c.value && tr.cells[c.dataset.column].textContent !== c.value; });
      });
    });
  });
  // folding
  on(all("[data-fold]"), "click", function (e) {
    var open = e.currentTarget.dataset.fold === "open";
    all("#metrics details").forEach(function (x) { x.open = open; });
  });
  // charts over time: all show the same part of the run
  var courses = d.getElementById("courses");
  if (courses) timeCharts(courses);
  function timeCharts(box) {
    var whole = parseFloat(box.dataset.seconds), per = parseFloat(box.dataset.per), unit = box.dataset.unit;
    var from = 0, to = whole, tip = d.createElement("div");
    var svgs = all("#courses svg.zooms,.lostcourse svg.zooms", d);
    svgs.forEach(function (s) { s.dataset.w = s.viewBox.baseVal.width; s.dataset.h = s.viewBox.baseVal.height; });
    tip.className = "tip";
    tip.hidden = true;
    d.body.appendChild(tip);
    function label(at) { return String(Math.round(at / per * 1000) / 1000); }
    function ticks() {
      var steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800], list = [], i = 0;
      while (i < steps.length - 1 && (to - from) / steps[i] > 8) i++;
      for (var t = Math.ceil(from / steps[i]) * steps[i]; t <= to + 1e-9; t += steps[i]) list.push(t);
      return list;
    }
    function show(a, b) {
      var least = whole / 400, length = Math.min(whole, Math.max(least, b - a));
      from = Math.max(0, Math.min(a, whole - length));
      to = from + length;
      var list = ticks();
      svgs.forEach(function (s) {
        var wide = s.dataset.w, h = s.dataset.h;
        s.setAttribute("viewBox", from / whole * wide + " 0 " + length / whole * wide + " " + h);
        all(".x", s.parentElement).forEach(function (e) { e.remove(); });
        if (s.closest(".lane")) return;
        put(s.parentElement, list);
        var g = s.querySelector(".grid");
        if (g) {
          g.dataset.y = g.dataset.y || (g.getAttribute("d").match(/M0 \d+H\d+/g) || []).join("");
          g.setAttribute("d", g.dataset.y + list.map(function (t) { return "M" + t / whole * wide + " 0V" + h; }).join(""));
        }
      });
      all(".marks", box).forEach(function (m) { m.textContent = ""; put(m, list); });
      d.getElementById("shown").textContent = length < whole ? label(from) + " to " + label(to) + " " + unit : "";
    }
    function put(into, list) {
      list.forEach(function (t, i) {
        var e = d.createElement("span");
        e.className = i % 2 ? "x odd" : "x";
        e.style.left = (t - from) / (to - from) * 100 + "%";
        e.textContent = label(t);
        into.appendChild(e);
      });
    }
    on(all("[data-zoom]"), "click", function (e) {
      var what = e.currentTarget.dataset.zoom, length = to - from, middle = (from + to) / 2;
      if (what === "in") show(middle - length / 4, middle + length / 4);
      else if (what === "out") show(middle - length, middle + length);
      else if (what === "left") show(from - length / 2, to - length / 2);
      else if (what === "right") show(from + length / 2, to + length / 2);
      else if (what === "all") show(0, whole);
      else {
        var p = what.split(" "), a = parseFloat(p[0]), b = parseFloat(p[1]);
        show(a - 2 * (b - a), b + 2 * (b - a));
      }
    });
    // the value of a staircase at a place of the SVG
    function value(path, x) {
      var token = /([Mhv])(-?\d+)(?: (-?\d+))?/g, m, y = null, px = -1, found = null;
      while ((m = token.exec(path))) {
        if (m[1] === "M") { px = +m[2]; y = +m[3]; }
        else if (m[1] === "v") y += +m[2];
        else { if (x >= px && x <= px + +m[2]) found = y; px += +m[2]; }
      }
      return found;
    }
    all("#courses .course .plot").forEach(function (plot) {
      var start = null, pick = null, cursor = null, figure = plot.closest("figure");
      var low = parseFloat(figure.dataset.low), high = parseFloat(figure.dataset.high);
      function at(e) { var r = plot.getBoundingClientRect(); return Math.max(0, Math.min(1, (e.clientX - r.left) / r.width)); }
      plot.addEventListener("pointerdown", function (e) {
        if (e.button || e.pointerType === "touch") return;
        start = at(e);
        pick = d.createElement("div");
        pick.className = "pick";
        plot.appendChild(pick);
        plot.setPointerCapture(e.pointerId);
        e.preventDefault();
      });
      plot.addEventListener("pointermove", function (e) {
        var here = at(e), time = from + here * (to - from);
        if (!cursor) { cursor = d.createElement("div"); cursor.className = "cursor"; plot.appendChild(cursor); }
        cursor.style.left = here * 100 + "%";
        if (pick) {
          pick.style.left = Math.min(start, here) * 100 + "%";
          pick.style.width = Math.abs(here - start) * 100 + "%";
        }
        var lines = all(".line", plot).map(function (p) {
          var q = p.getAttribute("class").match(/q(\d+)/)[1], y = value(p.getAttribute("d"), time / whole * plot.firstElementChild.dataset.w);
          return { q: q, y: y, off: root.classList.contains("off" + q) };
        }).filter(function (l) { return l.y !== null && !l.off; });
        lines.sort(function (a, b) { return a.y - b.y; });
        tip.textContent = label(Math.round(time * 10) / 10) + " " + unit;
        lines.forEach(function (l) {
          var row = d.createElement("div"), sw = d.createElement("i"), n = d.createElement("b");
          row.className = "q" + l.q;
          sw.className = "sw";
          row.appendChild(sw);
          row.appendChild(d.createTextNode(d.querySelector(".policy.q" + l.q).textContent));
          n.textContent = Number((low + (1 - l.y / plot.firstElementChild.dataset.h) * (high - low)).toPrecision(3)).toLocaleString("en-GB");
          row.appendChild(n);
          tip.appendChild(row);
        });
        tip.hidden = false;
        tip.style.left = (e.clientX + 16 + tip.offsetWidth > innerWidth ? e.clientX - 12 - tip.offsetWidth : e.clientX + 16) + "px";
        tip.style.top = Math.min(e.clientY + 12, innerHeight - tip.offsetHeight - 4) + "px";
      });
      function end(e) {
        if (pick) {
          var here = at(e), a = Math.min(start, here), b = Math.max(start, here), length = to - from;
          pick.remove();
          pick = null;
          if (e.type === "pointerup" && b - a > 0.01) show(from + a * length, from + b * length);
        }
      }
      plot.addEventListener("pointerup", end);
      plot.addEventListener("pointercancel", end);
      plot.addEventListener("pointerleave", function () { if (cursor) { cursor.remove(); cursor = null; } tip.hidden = true; });
      plot.addEventListener("dblclick", function () { show(0, whole); });
    });
  }
  // a link into a folded part opens it
  function reveal() {
    var e = location.hash.length > 1 && d.getElementById(location.hash.slice(1));
    for (; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  }
  addEventListener("hashchange", reveal);
  reveal();
})();
