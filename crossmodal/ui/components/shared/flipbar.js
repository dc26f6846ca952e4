// Which class wins at which mix of two modalities: a bar in parts, the present mix on it, and the same in words.

import { fill, number } from "./arithmetic.js";
import { h } from "./dom.js";

// The distance of a share from the nearest flip: {distance, towards} or null where it never changes.
export function nearest(segments, share) {
  let found = null;
  for (let k = 1; k < segments.length; k += 1) {
    const distance = Math.abs(segments[k][0] - share);
    const towards = share < segments[k][0] ? segments[k][2] : segments[k - 1][2];
    if (!found || distance < found.distance) found = { distance, towards };
  }
  return found;
}

// "Sadness up to .37, then Joy", from messages of the catalogue.
export function inWords(words, labels, segments) {
  if (segments.length === 1) return fill(words["flips.always"], { label: labels[segments[0][2]] });
  const parts = segments.map(([, end, c], k) =>
    fill(words[k < segments.length - 1 ? "flips.until" : "flips.last"], { label: labels[c], at: number(end) }));
  return parts.join(words["flips.join"]);
}

// How firm the decision at a share is, and the same in words; see `stability` and `badge` of flip_words.py.
export function firmness(words, labels, segments, share, [edge, close]) {
  const flip = nearest(segments, share);
  if (!flip) return { how: "steady", said: words["flips.never"] };
  const how = flip.distance > close ? "steady" : flip.distance > edge ? "close" : "edge";
  return { how, said: fill(words[`flips.${how}`], { distance: number(flip.distance), label: labels[flip.towards] }) };
}

export class FlipBar {
  // `near` are the distances up to which the decision is on the edge, and close to a flip.
  constructor(words, task, near) {
    this.words = words;
    this.near = near.map((distance) => distance + 1e-9); // what two decimals mean, whatever the last bit
    this.task = task;
    this.segments = [];
    this.band = h("div", { class: "cx-band" });
    this.marker = h("i", { class: "cx-here" });
    this.line = h("p", {});
    this.badge = h("span", { class: "cx-badge" });
    this.track = h("div", { class: "cx-flip-track", "aria-hidden": "true" }, this.band, this.marker);
    this.note = h("p", { class: "cx-small" }, words["flips.searched"]);
    this.element = h("div", { class: "cx-flips" }, this.track, h("div", { class: "cx-flip-said" }, this.line, this.badge), this.note);
    new ResizeObserver(() => this.fit()).observe(this.track);
  }

  // `name` is that of the first of the two modalities.
  set(segments, exact, name) {
    this.segments = segments;
    this.note.hidden = exact;
    this.line.textContent = `${fill(this.words["flips.axis"], { modality: name })} ${inWords(this.words, this.task.labels, segments)}`;
    this.band.replaceChildren(...segments.map(([start, end, c]) =>
      h("span", { style: `left:${100 * start}%;width:${100 * (end - start)}%` },
        h("i", { style: `background:${this.task.colours[c]}` }), h("em", {}, this.task.labels[c]))));
    this.fit();
  }

  // A name without room in its part stands in the line below alone.
  fit() {
    for (const part of this.band.children) {
      const name = part.lastChild;
      name.style.visibility = name.scrollWidth > part.clientWidth ? "hidden" : "visible";
    }
  }

  mark(share) {
    this.marker.style.left = `${100 * share}%`;
    const { how, said } = firmness(this.words, this.task.labels, this.segments, share, this.near);
    this.badge.dataset.how = how;
    this.badge.textContent = said;
  }
}
