// The ways to set the weights: one crossfader for two modalities, a triangle for three, a slider each for more or when
// they are free. Each is {element, show(shares, weights, sentence)}; a move calls `moved(weights)` with raw weights.

import { number } from "./arithmetic.js";
import { h, slider } from "./dom.js";

const ROOT3 = Math.sqrt(3);
const two = (value) => Math.round(value * 100) / 100;
const three = (value) => Math.round(value * 1000) / 1000;

// Two modalities: to the right all of the first, to the left all of the second; `ticks` are the suggested mixes.
export function crossfader(names, label, ticks, moved) {
  const figures = [h("b", {}), h("b", {})];
  const range = slider({ min: 0, max: 1, step: 0.01, "aria-label": label,
    oninput: () => moved([two(Number(range.value)), two(1 - range.value)]) });
  const marks = ticks.map((share) => h("u", { style: `left:${100 * share}%` }));
  const element = h("div", { class: "cx-cross" },
    h("div", { class: "cx-ends", "aria-hidden": "true" },
      h("span", {}, `${names[1]} `, figures[1]), h("span", {}, `${names[0]} `, figures[0])),
    h("div", { class: "cx-track" }, ...marks, range));
  const show = (shares, weights, sentence) => {
    range.value = shares[0];
    range.style.setProperty("--at", shares[0]);
    range.setAttribute("aria-valuetext", sentence);
    figures.forEach((figure, i) => { figure.textContent = number(shares[i]); });
  };
  return { element, show };
}

// A slider each. Free, they are the weights as set; else moving one leaves the rest their proportions, with sum 1.
export function sliders(names, labels, free, moved) {
  let now = names.map(() => 0);
  const take = (i, value) => {
    if (free) return now.map((weight, j) => (j === i ? two(value) : weight));
    const rest = 1 - now[i];
    return now.map((share, j) => three(j === i ? value : ((1 - value) * (rest > 1e-9 ? share / rest : 1 / (now.length - 1)))));
  };
  const rows = names.map((name, i) => {
    const figure = h("b", {});
    const range = slider({ min: 0, max: 1, step: 0.01, "aria-label": labels[i], oninput: () => moved(take(i, Number(range.value))) });
    const element = h("div", { class: "cx-slide" },
      h("div", { class: "cx-ends", "aria-hidden": "true" }, h("span", {}, labels[i]), figure), h("div", { class: "cx-track" }, range));
    return { range, figure, element };
  });
  const show = (shares, weights, sentence) => {
    now = free ? weights : shares;
    rows.forEach(({ range, figure }, i) => {
      range.value = now[i];
      range.style.setProperty("--at", now[i]);
      range.setAttribute("aria-valuetext", sentence);
      figure.textContent = number(now[i]);
    });
  };
  return { element: h("div", { class: "cx-slides" }, ...rows.map((row) => row.element)), show };
}

// --- the triangle ----------------------------------------------------------------------------------------------------

const SIDE = 240;
const HEIGHT = (SIDE * ROOT3) / 2;
const CELL = 3;
const CORNERS = [[0, HEIGHT], [SIDE, HEIGHT], [SIDE / 2, 0]];

// Shares of a point, moved to the nearest edge where it lies outside.
export function sharesAt(x, y) {
  const top = 1 - y / HEIGHT;
  const right = x / SIDE - top / 2;
  const inside = [1 - top - right, right, top].map((share) => Math.max(0, share));
  const total = inside[0] + inside[1] + inside[2];
  return inside.map((share) => share / total);
}

const pointAt = (shares) => [0, 1].map((axis) => shares.reduce((sum, share, i) => sum + share * CORNERS[i][axis], 0));

const STEPS = { ArrowRight: [0, 0.01], ArrowLeft: [0, -0.01], ArrowUp: [1, 0.01], ArrowDown: [1, -0.01],
  PageUp: [1, 0.1], PageDown: [1, -0.1] };

// The mix after a key: sideways between the two lower corners, up to the third, Home to the middle.
export function keyed(key, shares) {
  if (key === "Home") return [1 / 3, 1 / 3, 1 / 3];
  if (key === "End") return [0, 0, 1];
  const [way, step] = STEPS[key] ?? [null, 0];
  if (way === null) return null;
  const clamp = (value, most) => Math.min(most, Math.max(0, value));
  if (way === 0) {
    const right = clamp(shares[1] + step, shares[0] + shares[1]);
    return [shares[0] + shares[1] - right, right, shares[2]];
  }
  const top = clamp(shares[2] + step, 1);
  const rest = shares[0] + shares[1];
  const left = rest > 1e-9 ? shares[0] / rest : 0.5;
  return [(1 - top) * left, (1 - top) * (1 - left), top];
}

// Three modalities: the point in the triangle; `winner(shares)` and `colours` paint the winning class of each mix.
export function triangle(names, label, { winner, colours, labels }, moved, released) {
  const canvas = h("canvas", { width: SIDE, height: Math.ceil(HEIGHT) });
  const dot = h("i", { class: "cx-dot" });
  const figures = names.map(() => h("b", {}));
  let now = [1 / 3, 1 / 3, 1 / 3];
  const go = (event) => {
    const box = canvas.getBoundingClientRect();
    moved(sharesAt(((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * HEIGHT).map(three));
  };
  const pad = h("div", { class: "cx-pad", role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": 0, "aria-valuemax": 1,
    onpointerdown: (event) => { pad.setPointerCapture(event.pointerId); pad.focus(); go(event); },
    onpointermove: (event) => { if (pad.hasPointerCapture(event.pointerId)) go(event); },
    onpointerup: () => released(false),
    onkeydown: (event) => {
      const next = keyed(event.key, now);
      if (!next) return;
      event.preventDefault();
      moved(next.map(three));
      released(true);
    } }, canvas, dot);
  paint(canvas, { winner, colours, labels }, pad);
  const corners = names.map((name, i) => h("span", { class: `cx-corner cx-corner-${i}` }, `${name} `, figures[i]));
  const show = (shares, weights, sentence) => {
    now = shares;
    const [x, y] = pointAt(shares);
    dot.style.left = `${(100 * x) / SIDE}%`;
    dot.style.top = `${(100 * y) / HEIGHT}%`;
    pad.setAttribute("aria-valuenow", shares[2].toFixed(3));
    pad.setAttribute("aria-valuetext", sentence);
    figures.forEach((figure, i) => { figure.textContent = number(shares[i]); });
  };
  return { element: h("div", { class: "cx-ternary" }, corners[2], pad, h("div", { class: "cx-ends" }, corners[0], corners[1])), show };
}

function paint(canvas, { winner, colours, labels }, pad) {
  const context = canvas.getContext("2d");
  const middles = new Map();
  for (let y = 0; y < HEIGHT; y += CELL) {
    const half = (y / HEIGHT) * (SIDE / 2);
    for (let x = SIDE / 2 - half; x <= SIDE / 2 + half; x += CELL) {
      const c = winner(sharesAt(x, y));
      context.fillStyle = colours[c];
      context.fillRect(x, y, CELL + 0.5, CELL + 0.5);
      const middle = middles.get(c) ?? [0, 0, 0];
      middles.set(c, [middle[0] + x, middle[1] + y, middle[2] + 1]);
    }
  }
  for (const [c, [x, y, count]] of middles) {
    if (count > 60) pad.append(h("em", { style: `left:${(100 * x) / count / SIDE}%;top:${(100 * y) / count / HEIGHT}%` }, labels[c]));
  }
}
