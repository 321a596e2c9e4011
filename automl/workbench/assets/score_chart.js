/* The score of every trial over the time of the search. It is drawn anew in place whenever its data change, so
   that nothing blinks while a search runs. All text is set as text, never as markup. */
const NS = "http://www.w3.org/2000/svg";
const views = new WeakMap();

export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector(".chart");
  let view = views.get(figure);
  if (!view) {
    view = { figure, svg: figure.querySelector("svg"), tip: figure.querySelector(".tip"), places: [] };
    views.set(figure, view);
    view.observer = new ResizeObserver(() => draw(view));
    view.observer.observe(figure);
    figure.addEventListener("pointermove", (event) => point(view, event));
    figure.addEventListener("pointerleave", () => unpoint(view));
  }
  view.data = data;
  figure.setAttribute("role", "img"); // together with its name: an image without one says nothing to a screen reader
  figure.setAttribute("aria-label", data.alt);
  figure.style.setProperty("--accent", data.colors[0]);
  figure.style.setProperty("--second", data.colors[1]);
  draw(view);
  return () => view.observer.disconnect();
}

function make(parent, name, attributes, text) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.appendChild(node);
  return node;
}

function draw(view) {
  const { data, svg, figure } = view;
  const width = figure.clientWidth;
  if (!data || !width) return;
  const height = width < 500 ? 240 : 300;
  const ticks = scale(data.window[0], data.window[1], 6);
  const labels = ticks.map((value) => number(value, ticks));
  const left = 18 + 7.2 * Math.max(4, ...labels.map((label) => label.length));
  const [right, top, bottom] = [width - 14, 26, height - 40];
  const x = (seconds) => left + ((right - left) * seconds) / data.end;
  const y = (score) => bottom - ((bottom - top) * (score - data.window[0])) / (data.window[1] - data.window[0]);
  const shown = (score) => Math.min(Math.max(y(score), top - 6), bottom + 6);

  const canvas = document.createDocumentFragment();
  make(canvas, "text", { x: 2, y: 12, class: "title" }, data.label);
  ticks.forEach((value, i) => {
    make(canvas, "line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "grid" });
    make(canvas, "text", { x: left - 8, y: y(value) + 4, class: "tick end" }, labels[i]);
  });
  const unit = data.end <= 180 ? [1, "s"] : data.end <= 10800 ? [60, "min"] : [3600, "h"];
  const times = scale(0, data.end / unit[0], width < 500 ? 4 : 8);
  for (const time of times) {
    make(canvas, "text", { x: x(time * unit[0]), y: bottom + 18, class: "tick middle" }, `${number(time, times)} ${unit[1]}`);
  }
  make(canvas, "text", { x: (left + right) / 2, y: height - 4, class: "title middle" }, "Search time");
  baseline(canvas, data, { left, right, top, bottom, y });

  view.places = [];
  const dots = make(canvas, "g", {});
  for (const trial of data.trials) {
    const place = { x: x(trial.at), y: shown(trial.score), trial };
    make(dots, "circle", { cx: place.x, cy: place.y, r: 4, class: trial.best ? "dot best" : "dot" });
    view.places.push(place);
  }
  if (data.steps.length) {
    let path = "";
    data.steps.forEach(([at, score], i) => {
      path += i ? `H${x(at)}V${shown(score)}` : `M${x(at)} ${shown(score)}`;
    });
    make(canvas, "path", { d: `${path}H${x(Math.max(data.now, data.steps[data.steps.length - 1][0]))}`, class: "best-line" });
  }
  if (data.final) {
    const at = { x: x(data.final.at), y: shown(data.final.score) };
    const mark = `M${at.x} ${at.y - 8}l8 8l-8 8l-8 -8z`;
    make(canvas, "path", { d: mark, class: "final" });
    const side = data.greater ? at.y - 14 : at.y + 22;
    const early = at.x < left + 120;  // its label would lie on the axis
    make(canvas, "text", early
      ? { x: at.x + 14, y: at.y + 4, class: "final-text" }
      : { x: Math.min(at.x + 8, right), y: Math.max(side, 12), class: "final-text end" }, data.final.text);
  }
  view.ring = make(canvas, "circle", { r: 7, class: "ring", visibility: "hidden" });
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("height", height);
  svg.replaceChildren(canvas);
}

function baseline(canvas, data, { left, right, top, bottom, y }) {
  if (data.dummy === null) return;
  const inside = data.dummy >= data.window[0] && data.dummy <= data.window[1];
  if (inside) {
    make(canvas, "line", { x1: left, x2: right, y1: y(data.dummy), y2: y(data.dummy), class: "dummy" });
    make(canvas, "text", { x: right, y: y(data.dummy) - 6, class: "tick end" }, `baseline ${data.dummy_text}`);
  } else {
    const below = data.dummy < data.window[0];
    make(canvas, "text", { x: right, y: below ? bottom - 6 : top + 8, class: "tick end" },
      `baseline ${data.dummy_text}, far ${below ? "below ↓" : "above ↑"}`);
  }
}

/* Round values between two ends, about `most` of them. */
function scale(low, high, most) {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= raw * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step || 0);
  return found;
}

function number(value, all) {
  const step = all.length > 1 ? Math.abs(all[1] - all[0]) : Math.abs(value) || 1;
  let digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const scaled = step * 10 ** digits;
  if (Math.abs(scaled - Math.round(scaled)) > 1e-6) digits += 1; // steps of 2.5
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function point(view, event) {
  const box = view.svg.getBoundingClientRect();
  const [px, py] = [event.clientX - box.left, event.clientY - box.top];
  let nearest = null;
  let distance = 28;
  for (const place of view.places) {
    const away = Math.hypot(place.x - px, place.y - py);
    if (away < distance) [nearest, distance] = [place, away];
  }
  if (!nearest) return unpoint(view);
  view.ring.setAttribute("cx", nearest.x);
  view.ring.setAttribute("cy", nearest.y);
  view.ring.setAttribute("visibility", "visible");
  view.tip.replaceChildren();
  const name = document.createElement("b");
  name.textContent = nearest.trial.name;
  view.tip.append(name, nearest.trial.text);
  view.tip.hidden = false;
  const room = view.figure.clientWidth - view.tip.offsetWidth - 4;
  view.tip.style.left = `${Math.max(4, Math.min(nearest.x + 12, room))}px`;
  view.tip.style.top = `${Math.max(0, nearest.y - view.tip.offsetHeight - 10)}px`;
}

function unpoint(view) {
  view.tip.hidden = true;
  view.ring?.setAttribute("visibility", "hidden");
}
