"use strict";
(() => {
  const root = document.documentElement, body = document.body;
  const figures = [...document.querySelectorAll("figure.chart")].filter((figure) => figure.querySelector(".plot"));
  const specs = new Map(figures.map((figure) => [figure, JSON.parse(figure.querySelector("script").textContent)]));
  const isSynthetic = "synthetic" in body.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  /* Colours are the style's: a probe says what a name means in the theme that is on. */
  const probe = body.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const faded = (rgb, share) => rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

  const scaled = (values, scale) => values.map((value) => (typeof value === "number" ? value * scale : null));
  const digits = (values) => {
    const most = Math.max(0, ...values.filter((value) => value !== null).map(Math.abs));
    return most >= 100 ? 1 : most >= 1 ? 2 : 3;
  };
  const isLying = (spec) => spec.traces.some((trace) => trace.kind === "lying");
  const worded = (spec, value) => spec.words[value ?? ""] ?? String(value ?? "");

  /* One drawn thing for each trace, or for each value of the column that splits it. */
  function parts(spec) {
    const columns = spec.columns;
    return spec.traces.flatMap((trace) => {
      if (!spec.split) return [{ trace, name: trace.name, rows: columns[spec.x].map((_, row) => row) }];
      const of = columns[spec.split];
      const values = Object.keys(spec.words).filter((value) => of.some((each) => (each ?? "") === value));
      const others = [...new Set(of)].filter((value) => !values.includes(value ?? ""));
      return [...values, ...others].map((value) => ({
        trace,
        name: worded(spec, value),
        rows: of.flatMap((each, row) => ((each ?? "") === (value ?? "") ? [row] : [])),
      }));
    });
  }

  /* A line is cut where what it is taken over changes. */
  function broken(trace, over) {
    const x = [], y = [];
    trace.x.forEach((at, row) => {
      if (row && over[row] !== over[row - 1]) {
        x.push(at);
        y.push(null);
      }
      x.push(at);
      y.push(trace.y[row]);
    });
    return { ...trace, x, y };
  }
  /* A day without a value between two that have one is a holiday; a longer hole stays one. */
  function bridged(trace) {
    const near = (row, step) => {
      for (let at = row; at >= 0 && at < trace.y.length; at += step) if (trace.y[at] !== null) return Date.parse(trace.x[at]);
      return NaN;
    };
    const kept = trace.y.flatMap((value, row) => (value === null && near(row, 1) - near(row, -1) <= 7 * 864e5 ? [] : [row]));
    return { ...trace, x: kept.map((row) => trace.x[row]), y: kept.map((row) => trace.y[row]) };
  }
  const isAlone = (values, row) => values[row] !== null && (values[row - 1] ?? null) === null && (values[row + 1] ?? null) === null;

  function drawn(spec) {
    return parts(spec).flatMap(({ trace, name, rows }, place) => {
      const pick = (column) => rows.map((row) => spec.columns[column][row]);
      const values = scaled(pick(trace.y), spec.scale);
      const unit = spec.unit.length <= 12 ? ` ${spec.unit}` : "";
      const paint = colour(`c${/^\d$/.test(trace.colour) ? trace.colour : (place % 7) + 1}`);
      const shared = { name, x: pick(spec.x), y: values, hovertemplate: `%{y:,.${digits(values)}f}${unit}` };
      if (isLying(spec)) {
        const names = pick(spec.x).map((value) => worded(spec, value));
        const lying = { name, x: values, y: names, hovertemplate: `%{y}: %{x:,.${digits(values)}f}${unit}` };
        return trace.kind === "lying"
          ? [{ ...lying, type: "bar", orientation: "h", marker: { color: paint } }]
          : [{ ...lying, type: "scatter", mode: "markers", marker: { color: paint, size: 8, symbol: "line-ns-open", line: { width: 2, color: paint } } }];
      }
      if (trace.kind === "bars") {
        const signed = trace.colour === "sign";
        const marker = { color: signed ? values.map((value) => colour(value < 0 ? "c2" : "c1")) : paint, line: { width: 0 } };
        return [{ ...shared, type: "bar", marker }];
      }
      if (trace.kind === "band") {
        const edge = { type: "scatter", mode: "lines", line: { width: 0 }, hoverinfo: "skip", x: shared.x };
        const low = scaled(pick(trace.low), spec.scale);
        return [
          { ...edge, y: low, showlegend: false },
          { ...edge, y: values, name, fill: "tonexty", fillcolor: faded(paint, 0.18) },
        ];
      }
      if (trace.kind === "points") {
        const about = rows.map((row) => `${spec.columns.symbol[row]} ${spec.columns.observed_at[row].slice(0, 10)}`);
        const [paint, share, size] = { "no flush": ["c1", 0.5, 5], flush: ["c2", 1, 9] }[name] ?? ["c7", 0.45, 5];
        const marker = { color: faded(colour(paint), share), size };
        return [{ ...shared, x: scaled(shared.x, spec.x_scale), text: about, type: "scatter", mode: "markers", marker, hovertemplate: "%{text}: price %{x:,.1f} %, coins %{y:,.1f} %" }];
      }
      if (trace.kind === "marks") {
        return [{ ...shared, type: "scatter", mode: "markers", marker: { color: paint, size: 8 } }];
      }
      const cut = spec.breaks ? broken(shared, pick(spec.breaks)) : bridged(shared);
      const sizes = rows.length < 40 ? 5 : cut.y.map((_, row) => (isAlone(cut.y, row) ? 5 : 0));
      return [{ ...cut, type: "scatter", mode: "lines+markers", line: { color: paint, width: 1.75, dash: trace.kind === "dashes" ? "dot" : "solid" }, marker: { color: paint, size: sizes, line: { width: 0 } } }];
    });
  }

  const isTime = (spec) => /^\d{4}-\d\d-\d\d/.test(spec.columns[spec.x].find((value) => value !== null) ?? "");

  /* What the y axis must hold for the shown stretch of time: plotly looks at all of it. */
  function reach(traces, from, to, isShare) {
    let low = Infinity, high = -Infinity;
    const above = new Map(), below = new Map();
    for (const trace of traces) {
      trace.x.forEach((x, row) => {
        const value = trace.y[row];
        if (value === null || x < from || x > to) return;
        if (trace.type === "bar") {
          const side = value < 0 ? below : above;
          side.set(x, (side.get(x) ?? 0) + value);
        } else {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      });
    }
    for (const value of [...above.values(), ...below.values()]) {
      low = Math.min(low, value, 0);
      high = Math.max(high, value, 0);
    }
    if (low > high) return null;
    const space = (high - low || Math.abs(high) || 1) * 0.06;
    const top = isShare && high <= 100 ? Math.min(high + space, 102) : high + space;
    return [low === 0 ? 0 : low - space, top];
  }

  function stretch(spec, traces, years) {
    const times = spec.columns[spec.x];
    const last = times[times.length - 1], first = times[0];
    const start = new Date(last.slice(0, 10));
    start.setUTCFullYear(start.getUTCFullYear() - years);
    const from = years ? [start.toISOString().slice(0, 10), first].sort()[1] : first;
    const y = reach(traces, from, last, spec.unit.startsWith("%"));
    const edge = Math.max((Date.parse(last.slice(0, 10)) - Date.parse(from.slice(0, 10))) * 0.015, 36e5);
    const at = (time, by) => new Date(Date.parse(time.length > 10 ? `${time}Z` : time) + by).toISOString().slice(0, 16);
    return { x: [at(from, -edge), at(last, edge)], y };
  }

  function layout(spec, traces) {
    const lying = isLying(spec), points = spec.traces.some((trace) => trace.kind === "points");
    const ink = colour("quiet"), line = colour("line");
    const axis = { gridcolor: line, zerolinecolor: ink, zerolinewidth: 1, linecolor: line, tickfont: { size: 11 }, automargin: true };
    const bare = { ...axis, showgrid: false, zeroline: false };
    const coarse = matchMedia("(pointer: coarse)").matches;
    const family = getComputedStyle(body).fontFamily;
    return {
      font: { family, size: 12, color: ink },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 8, r: 8, t: 6, b: 24 },
      barmode: lying ? "group" : "relative",
      bargap: lying ? (spec.columns[spec.x].length < 5 ? 0.6 : 0.3) : 0.15,
      hovermode: lying || points ? "closest" : "x unified",
      hoverlabel: { bgcolor: colour("raised"), bordercolor: line, font: { family, size: 12, color: colour("ink") } },
      dragmode: coarse ? false : "zoom",
      showlegend: traces.filter((trace) => trace.name && trace.showlegend !== false).length > 1,
      legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", font: { size: 11 }, traceorder: "normal" },
      xaxis: lying || points
        ? { ...axis, ...(points ? { title: { text: spec.x_unit, font: { size: 11 }, standoff: 6 } } : {}) }
        : { ...bare, hoverformat: spec.x === "month" ? "%B %Y" : "%e %b %Y" },
      yaxis: lying ? { ...bare, automargin: true } : { ...axis },
      annotations: isSynthetic
        ? [{ text: "SYNTHETIC", xref: "paper", yref: "paper", x: 0.5, y: 0.5, showarrow: false, font: { size: 26, color: faded(ink, 0.16) } }]
        : [],
    };
  }

  async function draw(figure) {
    const spec = specs.get(figure), plot = figure.querySelector(".plot");
    const traces = drawn(spec), shape = layout(spec, traces);
    const wanted = Number(figure.dataset.years ?? spec.years);
    const years = figure.querySelector(`[data-years="${wanted}"]`) ? wanted : 0;
    if (isTime(spec)) {
      const { x, y } = stretch(spec, traces, years);
      Object.assign(shape.xaxis, { range: x });
      if (y) Object.assign(shape.yaxis, { range: y });
      for (const button of figure.querySelectorAll("[data-years]")) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.years) === years));
      }
    }
    if (printing) {
      shape.width = figure.classList.contains("wide") ? PAPER.wide : PAPER.narrow;
      if (shape.showlegend) shape.margin.t = PAPER.legend;
    }
    await Plotly.react(plot, traces, shape, { displayModeBar: false, responsive: true });
    figure.dataset.drawn = "true";
  }

  /* A printed page is light, and its columns are as wide as paper lets them be. */
  const PAPER = { wide: 680, narrow: 325, legend: 60 };
  let printing = null;

  /* One after the other, so that the page can be read and scrolled meanwhile. */
  let turn = 0;
  async function drawAll() {
    const mine = ++turn;
    delete root.dataset.drawn;
    for (const figure of figures) {
      if (mine !== turn) return;
      await draw(figure);
      await new Promise((done) => setTimeout(done));
    }
    root.dataset.drawn = "all";
  }

  function csv(spec) {
    const names = Object.keys(spec.columns);
    const quoted = (value) => {
      const text = value === null ? "" : String(value);
      return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const rows = spec.columns[names[0]].map((_, row) => names.map((name) => quoted(spec.columns[name][row])).join(","));
    return [names.join(","), ...rows, ""].join("\n");
  }

  const say = (text) => (document.getElementById("said").textContent = text);

  for (const figure of figures) {
    const spec = specs.get(figure);
    figure.querySelector(".csv").addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([csv(spec)], { type: "text/csv" }));
      link.download = `tidegauge-${body.dataset.origin}-${spec.id}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      say(`${link.download} downloaded`);
    });
    for (const button of figure.querySelectorAll("[data-years]")) {
      button.addEventListener("click", () => {
        figure.dataset.years = button.dataset.years;
        draw(figure);
      });
    }
  }

  for (const button of document.querySelectorAll(".copy")) {
    button.addEventListener("click", async () => {
      const from = (button.closest("p") ?? button.closest("details")).querySelector("code");
      try {
        await navigator.clipboard.writeText(from.textContent);
        button.textContent = "Copied";
        say("Copied");
      } catch {
        getSelection().selectAllChildren(from);
        button.textContent = "Selected";
        say("Selected, copy it with the keyboard");
      }
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  }

  /* A definition opens when something points to it. */
  function reveal() {
    const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const closed = found?.closest("details");
    if (closed && !closed.open) {
      closed.open = true;
      found.scrollIntoView();
    }
  }
  addEventListener("hashchange", reveal);
  reveal();

  const theme = document.getElementById("theme");
  const kept = () => {
    try {
      return localStorage.getItem("tidegauge-theme");
    } catch {
      return null;
    }
  };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  function themed() {
    theme.setAttribute("aria-pressed", String(isDark()));
    return drawAll();
  }
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("tidegauge-theme", root.dataset.theme);
    } catch {
      /* A browser that keeps nothing for files follows the system again next time. */
    }
    themed();
  });
  dark.addEventListener("change", themed);
  if (kept()) root.dataset.theme = kept();
  addEventListener("beforeprint", () => {
    printing = { theme: root.dataset.theme };
    root.dataset.theme = "light";
    figures.forEach(draw);
  });
  addEventListener("afterprint", () => {
    if (printing.theme) root.dataset.theme = printing.theme;
    else delete root.dataset.theme;
    printing = null;
    themed().then(() => figures.forEach((figure) => Plotly.Plots.resize(figure.querySelector(".plot"))));
  });
  themed();
})();
