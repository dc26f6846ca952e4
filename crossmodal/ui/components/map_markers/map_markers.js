// The present input on the map: its points and their mix, drawn over Plotly's own drawing. They follow the slider
// without a request, and zoom and pan with the map; a release is sent to the server.

import { fill, percent } from "../shared/arithmetic.js";
import { h } from "../shared/dom.js";
import { crossfader } from "../shared/pads.js";

const AFTER_KEYS = 300; // ms of rest after which keyed moves count as released
const REDRAWN = ["plotly_afterplot", "plotly_relayout", "plotly_relayouting", "plotly_redraw"];
const NEAR = 60; // pixels: a name that close to another point's goes below
const EDGE = 70; // pixels: that close to the right side a name stands to the left

const svg = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const SHAPES = {
  circle: (r) => svg("circle", { r }),
  diamond: (r) => svg("path", { d: `M0,${-1.3 * r}L${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0Z` }),
  star: (r) => svg("path", { d: Array.from({ length: 10 }, (_, i) => {
    const [angle, far] = [Math.PI * (i / 5 - 0.5), i % 2 ? 0.62 * r : 1.4 * r];
    return `${i ? "L" : "M"}${(far * Math.cos(angle)).toFixed(2)},${(far * Math.sin(angle)).toFixed(2)}`;
  }).join("") + "Z" }),
};

class Pins {
  constructor(place) {
    this.place = place;
    this.root = place.appendChild(h("div", { class: "cx-pins" }));
    this.over = svg("svg", { class: "cx-over", "aria-hidden": "true" });
    this.share = 0.5;
    this.sent = 0;
    this.root.addEventListener("pointerdown", () => { this.held = true; this.byKey = false; });
    this.root.addEventListener("keydown", () => { this.byKey = true; });
    this.root.addEventListener("change", () => this.release());
    this.letGo = () => { this.held = false; };
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, this.letGo);
    this.redraw = () => this.drawPoints();
    this.watch = new MutationObserver(() => this.attach()); // the map may be drawn later than this, and anew
  }

  close() {
    clearTimeout(this.waiting);
    this.watch.disconnect();
    this.over.remove();
    this.root.remove();
    for (const name of REDRAWN) this.plot?.removeListener?.(name, this.redraw);
    for (const name of ["pointerup", "pointercancel"]) window.removeEventListener(name, this.letGo);
  }

  // New data from the server. A share that is older than a move in progress or in transit is ignored.
  update(data, tell) {
    this.data = data;
    this.tell = tell;
    if (!this.held && !this.waiting && data.seq >= this.sent) [this.share, this.sent] = [data.share, data.seq];
    const shape = JSON.stringify([data.words, data.names, data.path === null]);
    if (shape !== this.shape) this.build();
    this.shape = shape;
    this.watch.disconnect();
    this.watch.observe(document.querySelector(data.map) ?? document.body, { childList: true, subtree: true });
    this.attach();
    this.draw();
    this.root.dataset.ready = "";
  }

  build() {
    const { words, names, path } = this.data;
    [this.dot, this.label, this.figure] = ["i", "b", "span"].map((tag) => h(tag, {}));
    const said = h("div", { class: "cx-label", "aria-hidden": "true" }, this.dot, this.label, this.figure);
    this.fader = path === null ? null : crossfader(names, words.share, [], ([share]) => { this.share = share; this.draw(); });
    this.root.replaceChildren(said, ...(this.fader ? [this.fader.element] : []));
  }

  // The index of the present prediction along the path; 0 where there is no path.
  step() { return this.data.path === null ? 0 : Math.round(this.share * (this.data.path.length - 1)); }

  draw() {
    const { labels, colours, readings, words } = this.data;
    const [label, probability] = readings[this.step()];
    this.dot.style.background = colours[label];
    this.label.textContent = labels[label];
    this.figure.textContent = `${percent(probability)}\u2009%`;
    const shares = [this.share, 1 - this.share];
    this.fader?.show(shares, shares, fill(words.spoken, { share: percent(this.share), label: labels[label], probability: percent(probability) }));
    this.drawPoints();
  }

  release() {
    clearTimeout(this.waiting);
    const send = () => {
      this.waiting = null;
      this.sent += 1;
      const [first, second] = this.data.modalities;
      this.tell("release", { alpha: { [first]: this.share, [second]: Math.round((1 - this.share) * 100) / 100 }, seq: this.sent });
    };
    this.waiting = setTimeout(send, this.byKey ? AFTER_KEYS : 0);
  }

  // --- over the map ----------------------------------------------------------------------------------------------------

  attach() {
    const plot = document.querySelector(`${this.data.map} .js-plotly-plot`);
    if (!plot) return;
    if (this.over.parentElement !== plot) plot.append(this.over);
    if (plot === this.plot || !plot.on) return;
    for (const name of REDRAWN) { this.plot?.removeListener?.(name, this.redraw); plot.on(name, this.redraw); }
    this.plot = plot;
    this.drawPoints();
  }

  drawPoints() {
    const axes = this.plot?._fullLayout;
    if (!axes?.xaxis?._length || !this.data) return;
    const at = ([x, y]) => [across(axes.xaxis, x, false), across(axes.yaxis, y, true)];
    const { path, points, readings, colours, ink, background } = this.data;
    const fused = path === null ? this.data.fused : path[this.step()];
    const pins = points.map((point) => ({ ...point, at: at(point.at), fill: background, size: 9 }));
    if (fused) pins.push({ name: this.data.words.fused, shape: "star", at: at(fused), fill: colours[readings[this.step()][0]], size: 11 });
    const trail = (path ?? []).map((place) => { const [x, y] = at(place); return svg("circle", { cx: x, cy: y, r: 1.3, fill: ink, opacity: 0.55 }); });
    this.over.replaceChildren(...trail, ...pins.map((pin) => marker(pin, ink)), ...pins.map((pin, i) => name(pin, pins.slice(0, i), this.over.clientWidth, background)));
    this.over.dataset.fused = fused ? fused.join() : "";
  }
}

// The position of a value on an axis, in pixels of the whole drawing; y runs upwards.
const across = (axis, value, upwards) => {
  const [low, high] = axis.range;
  const share = (value - low) / (high - low);
  return axis._offset + axis._length * (upwards ? 1 - share : share);
};

function marker(pin, ink) {
  const shape = SHAPES[pin.shape](pin.size);
  for (const [key, value] of Object.entries({ fill: pin.fill, stroke: ink, "stroke-width": 2.5 })) shape.setAttribute(key, value);
  return svg("g", { transform: `translate(${pin.at.map((p) => p.toFixed(1))})` }, shape);
}

// The name of a point above it, below it where another name is near, to the left where the drawing ends.
function name(pin, others, width, background) {
  const [x, y] = pin.at;
  const near = others.some((other) => Math.abs(other.at[0] - x) < 1.5 * NEAR && Math.abs(other.at[1] - y) < NEAR / 2);
  const side = x > width - EDGE / 2 ? "end" : x < EDGE / 2 ? "start" : "middle";
  return svg("text", { x: x.toFixed(1), y: (y + (near ? 31 : -19)).toFixed(1), "text-anchor": side, stroke: background }, pin.name);
}

let pins = null;

const close = () => { pins?.close(); pins = null; };

// Draw the fixed and the changing data, once both are mounted and of one input; see the mixer's live.js.
function draw(fixed, live) {
  if (pins?.place !== live?.parentElement) close();
  if (!live || live.data.key !== fixed.key) return;
  const { data, parentElement, setTriggerValue } = live;
  try {
    pins ??= new Pins(parentElement);
    pins.update({ ...fixed, ...data }, setTriggerValue);
  } catch (error) {
    console.error("The points on the map failed; the page goes on with plain sliders.", error);
    setTriggerValue("failed", true);
  }
}

export default function mount({ data }) {
  const page = (window.crossmodal ??= {});
  page.draw = () => draw(data, page.live);
  page.draw();
  return close;
}
