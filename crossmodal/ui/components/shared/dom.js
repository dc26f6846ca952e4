// Elements, and the pieces of the page that several components draw. Text is set as text, never as HTML.

import { fill, percent } from "./arithmetic.js";

// h("p", {class: "x", onclick: f}, "text", child): an element with attributes, listeners and children.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const heading = (name, symbol, ...more) =>
  h("div", { class: "cx-head" }, h("h2", {}, `${name} `, symbol), ...more);

export const symbol = (letter, index) =>
  h("i", { class: "cx-sym" }, letter, index === undefined ? null : h("sub", {}, String(index)));

// Bars from 0 to 1 with their names and numbers, as `bars` of html.py draws them. Returns {element, set(probabilities)}.
export function bars(labels, colours, large) {
  const rows = labels.map((label, c) => {
    const [bar, figure] = [h("i", { style: `background:${colours[c]}` }), h("b", {})];
    return { bar, figure, element: h("li", {}, h("span", {}, label), h("div", {}, bar, figure)) };
  });
  const element = h("ul", { class: large ? "cx-bars cx-large" : "cx-bars" }, ...rows.map((row) => row.element));
  const set = (probabilities) => {
    const highest = probabilities.indexOf(Math.max(...probabilities));
    rows.forEach((row, c) => {
      row.bar.style.width = `${(88 * probabilities[c]).toFixed(2)}%`;
      row.figure.textContent = percent(probabilities[c]);
      row.element.classList.toggle("cx-top", c === highest);
    });
  };
  return { element, set };
}

// The sentiment: one bar in parts, each with its name and number under it.
export function strip(name, labels) {
  const parts = labels.map(() => h("i", {}));
  const figures = labels.map(() => h("b", {}));
  const words = labels.map((label, c) => h("span", {}, `${label} `, figures[c]));
  const element = h("div", { class: "cx-strip" }, h("p", { class: "cx-small" }, name),
    h("div", { class: "cx-parts", "aria-hidden": "true" }, ...parts), h("div", { class: "cx-words" }, ...words));
  const set = (probabilities) => probabilities.forEach((p, c) => {
    parts[c].style.flex = `${Math.max(p, 0.004).toFixed(4)} 1 0`;
    figures[c].textContent = percent(p);
  });
  return { element, set };
}

// A switch with its name.
export const toggle = (label, on, disabled, change) =>
  h("label", { class: "cx-switch" },
    h("input", { type: "checkbox", role: "switch", checked: on, disabled, "aria-label": label, onchange: change }), h("i", {}));

// A native slider, so that keyboard, touch and screen reader are the browser's own.
export const slider = (attributes) => h("input", { type: "range", class: "cx-range", ...attributes });

// The fused result: label in large, margin, weights, bars, sentiment, and one sentence for screen readers.
export function fusedPanel(words, tasks) {
  const [emotion, sentiment] = tasks;
  const [dot, label, figure, margin, weights] = ["i", "b", "span", "p", "p"].map((tag) => h(tag, {}));
  const spoken = h("p", { class: "cx-spoken", role: "status", "aria-live": "polite" });
  const graph = bars(emotion.labels, emotion.colours, true);
  const mood = strip(words.sentiment, sentiment.labels);
  const said = h("div", {},
    h("div", { class: "cx-label", "aria-hidden": "true" }, dot, label, figure),
    h("div", { class: "cx-facts", "aria-hidden": "true" }, margin, weights), spoken, graph.element, mood.element);
  const notice = h("div", { class: "cx-notice", role: "alert" },
    h("h2", {}, words["error.title.nothing_to_fuse"]), h("p", {}, words["error.nothing_to_fuse"]));
  const element = h("section", { class: "cx-verdict cx-fused" }, heading(words.fused, symbol("\u03c8")), said);
  const set = (values, facts) => {
    const shown = values === null ? notice : said;
    if (element.lastChild !== shown) element.lastChild.replaceWith(shown);
    if (values === null) return;
    dot.style.background = emotion.colours[facts.first];
    label.textContent = facts.said.label;
    figure.textContent = `${facts.said.probability}\u2009%`;
    margin.textContent = fill(words.margin, facts.said);
    weights.textContent = fill(words.weights, facts.said);
    graph.set(values[0]);
    mood.set(values[1]);
  };
  return { element, set, spoken, graph: graph.element };
}
