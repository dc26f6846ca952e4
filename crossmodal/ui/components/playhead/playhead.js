// Speech by moments: waveform, occlusion score of each moment, words at their times, and a playhead that can be moved.

import { fill } from "../shared/arithmetic.js";
import { h } from "../shared/dom.js";

const STEP = 0.05; // seconds that an arrow key moves the playhead

class Listen {
  constructor(parent) {
    this.root = parent.appendChild(h("div", { class: "cx-listen" }));
    this.follow = () => this.track();
  }

  close() {
    this.hear(null);
    cancelAnimationFrame(this.frame);
  }

  update({ data }) {
    this.data = data;
    const shape = JSON.stringify([data.key, data.envelope.length, data.said]);
    if (shape !== this.shape) this.build();
    this.shape = shape;
    this.strip.style.setProperty("--tint", data.colour);
    this.strip.replaceChildren(...data.moments.map(([start, end, , strength]) => h("i", {
      class: strength < 0 ? "cx-against" : "cx-for",
      style: `left:${this.share(start)}%;width:${this.share(end - start)}%;--by:${Math.abs(strength)}`,
    })));
    this.hear(document.querySelector(data.player));
    this.mark(this.place ?? 0);
    this.root.dataset.ready = "";
  }

  share(seconds) { return (100 * seconds) / this.data.seconds; }

  // --- what is there -----------------------------------------------------------------------------------------------------

  build() {
    const { envelope, segments, seconds, said, words } = this.data;
    const shade = segments.map(([start, end]) => h("i", { class: "cx-shade", style: `left:${this.share(start)}%;width:${this.share(end - start)}%` }));
    const wave = h("div", { class: "cx-wave" }, ...shade, ...envelope.map((peak, i) =>
      h("i", { style: `left:${(100 * (i + 0.2)) / envelope.length}%;width:${60 / envelope.length}%;height:${(100 * peak).toFixed(1)}%` })));
    this.strip = h("div", { class: "cx-pull-strip" });
    const spoken = h("div", { class: "cx-times" }, ...words.map(([text, start, end]) => h("span", { style: `left:${this.share((start + end) / 2)}%` }, text)));
    this.head = h("u", {});
    this.slider = h("input", { type: "range", min: 0, max: seconds, step: STEP, "aria-label": said.place, oninput: () => this.seek(Number(this.slider.value)) });
    const field = h("div", { class: "cx-field" }, h("div", { "aria-hidden": "true" }, wave, this.strip), this.head, this.slider);
    this.field = field;
    field.addEventListener("pointerdown", (event) => this.point(event));
    field.addEventListener("pointermove", (event) => { if (event.buttons) this.point(event); });
    this.button = h("button", { type: "button", class: "cx-chip", onclick: () => this.toggle() });
    this.button.hidden = true; // until there is a player
    this.told = h("p", { class: "cx-note" });
    this.root.replaceChildren(field, h("div", { "aria-hidden": "true" }, spoken), h("div", { class: "cx-listen-foot" }, this.button, this.told));
  }

  // --- the page's player --------------------------------------------------------------------------------------------------

  hear(player) {
    if (player !== this.player) {
      for (const name of ["play", "pause", "ended", "timeupdate", "seeking"]) {
        this.player?.removeEventListener(name, this.follow);
        player?.addEventListener(name, this.follow);
      }
      this.player = player;
    }
    this.button.hidden = !player;
    if (!player) return;
    this.button.textContent = player.paused ? this.data.said.play : this.data.said.pause;
  }

  track() {
    cancelAnimationFrame(this.frame);
    const { player, data } = this;
    if (!player) return;
    this.button.textContent = player.paused ? data.said.play : data.said.pause;
    this.mark(player.currentTime - data.offset);
    if (!player.paused) this.frame = requestAnimationFrame(this.follow);
  }

  toggle() {
    const { player, data } = this;
    if (!player) return;
    if (!player.paused) {
      player.pause();
      return;
    }
    if (player.currentTime < data.offset || player.currentTime >= data.offset + data.seconds - STEP) player.currentTime = data.offset;
    player.play();
  }

  // --- the playhead -------------------------------------------------------------------------------------------------------

  point(event) {
    const box = this.field.getBoundingClientRect();
    this.seek(((event.clientX - box.left) / box.width) * this.data.seconds);
    event.preventDefault();
    this.slider.focus({ preventScroll: true });
  }

  seek(seconds) {
    const place = Math.min(Math.max(seconds, 0), this.data.seconds);
    if (this.player) this.player.currentTime = place + this.data.offset;
    this.mark(place);
  }

  mark(seconds) {
    const { data } = this;
    this.place = Math.min(Math.max(seconds, 0), data.seconds);
    this.head.style.left = `${this.share(this.place)}%`;
    this.slider.value = this.place;
    const told = this.sentence();
    this.slider.setAttribute("aria-valuetext", told);
    this.told.textContent = told;
  }

  sentence() {
    const { data, place } = this;
    const moment = data.moments.find(([start, end]) => place >= start && place < end) ?? data.moments[data.moments.length - 1];
    const word = data.words.find(([, start, end]) => place >= start && place < end);
    const values = { at: place.toFixed(2), points: moment[2], label: data.label, word: word ? word[0] : "" };
    return fill(word ? data.said.here_word : data.said.here, values);
  }
}

const views = new WeakMap();

export default function mount(component) {
  const { parentElement, setTriggerValue } = component;
  try {
    let view = views.get(parentElement);
    if (!view) {
      view = new Listen(parentElement);
      views.set(parentElement, view);
    }
    view.update(component);
    return () => { view.close(); views.delete(parentElement); };
  } catch (error) {
    console.error("The playhead failed; the page goes on without it.", error);
    setTriggerValue("failed", true);
    return () => {};
  }
}
