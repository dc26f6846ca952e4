// The bench in the browser: predictions, mixer, fused result. Moves are computed here; a release is sent to the server.

import { choose, fill, flips, fuse, knows, normalizeAlpha, number, percent, verdict } from "../shared/arithmetic.js";
import { bars, fusedPanel, h, heading, slider, strip, symbol, toggle } from "../shared/dom.js";
import { FlipBar } from "../shared/flipbar.js";
import { crossfader, sliders, triangle } from "../shared/pads.js";

const AFTER_KEYS = 300; // ms of rest after which keyed moves count as released
const BEFORE_SPEAKING = 500; // ms of rest after which a screen reader is told

class Mixer {
  constructor(place) {
    this.place = place;
    this.root = place.appendChild(h("div", { class: "cx-mixer" }));
    this.held = false;
    this.byKey = false;
    this.sent = 0;
    this.shape = "";
    this.root.addEventListener("pointerdown", () => { this.held = true; this.byKey = false; });
    this.root.addEventListener("keydown", () => { this.byKey = true; });
    this.root.addEventListener("change", (event) => { if (event.target.type === "range") this.release(this.byKey); });
    this.letGo = () => { this.held = false; };
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, this.letGo);
  }

  close() {
    clearTimeout(this.waiting);
    clearTimeout(this.speaking);
    for (const name of ["pointerup", "pointercancel"]) window.removeEventListener(name, this.letGo);
  }

  // New data from the server. Settings that are older than a move in progress or in transit are ignored.
  update(data, tell) {
    this.data = data;
    this.tell = tell;
    const shape = JSON.stringify([data.key, data.words, data.modalities, data.tasks, data.rules, data.marks, data.temperatures]);
    const busy = this.held || this.waiting;
    if (!this.settings || (!busy && data.seq >= this.sent)) {
      this.settings = { ...data.settings, alpha: { ...data.settings.alpha }, off: [...data.settings.off] };
      this.sent = data.seq;
    }
    this.chosen = null;
    if (shape !== this.shape) this.build();
    this.shape = shape;
    if (!busy) this.arrange();
    this.draw();
    if (!this.spokenOnce) this.speak();
    this.root.dataset.ready = "";
  }

  // --- what is there ---------------------------------------------------------------------------------------------------

  // The indices of the modalities in use among those present.
  indices() {
    return this.present().map((one, i) => (this.settings.off.includes(one.name) ? -1 : i)).filter((i) => i >= 0);
  }

  present() { return this.data.modalities.filter((one) => one.present); }

  active() { const present = this.present(); return this.indices().map((i) => present[i]); }

  problem() {
    const key = JSON.stringify([this.indices(), this.settings.rule]);
    if (this.chosen?.key !== key) this.chosen = { key, problem: choose(this.data.problem, this.indices(), this.table()) };
    return this.chosen.problem;
  }

  // The table of a rule that only the server computes, if it is of the present rule and modalities.
  table() {
    const { table } = this.data;
    const fits = table && table.tasks.length && table.rule === this.settings.rule && table.off.join() === this.settings.off.join();
    return fits ? table : null;
  }

  // Whether the present rule can be computed here.
  follows() { return knows(this.settings.rule) || this.table() !== null; }

  // Whether the present settings are those of the server's last result.
  settled() {
    const told = ({ alpha, off, rule, temperature, prior }) => JSON.stringify([Object.entries(alpha).sort(), off, rule, temperature, prior]);
    return !this.held && told(this.settings) === told(this.data.settings);
  }

  rules() { return { rule: this.settings.rule, temperature: this.settings.temperature, prior: this.settings.prior }; }

  raw() { return this.active().map((one) => this.settings.alpha[one.name]); }

  // The fused result at the present settings. For a rule that only the server computes: its result if that is of these
  // settings, else that of its table, else its last result.
  fused() {
    if (this.active().length === 0) return null;
    const asServer = !knows(this.settings.rule) && this.settled();
    return this.follows() && !asServer ? fuse(this.problem(), this.raw(), this.rules()) : this.data.result;
  }

  // --- building: once for an input, a language, a theme --------------------------------------------------------------------

  build() {
    const { words, tasks, modalities } = this.data;
    this.fusedPanel = fusedPanel(words, tasks);
    this.flipBar = new FlipBar(words, tasks[0], this.data.near);
    this.panels = modalities.map((one) => this.panel(one));
    this.modes = this.segments();
    this.area = h("div", { class: "cx-area" });
    this.ticks = h("div", { class: "cx-ticks" });
    this.root.replaceChildren(
      h("div", { class: "cx-readings", style: `--panels:${modalities.length}` }, ...this.panels.map((panel) => panel.element)),
      h("div", { class: "cx-side" }, this.fusedPanel.element, this.knobs()),
      h("section", { class: "cx-controls" }, heading(words.mixer, symbol("\u03b1"), this.modes.element),
        this.area, this.flipBar.element, this.ticks));
    this.kind = "";
  }

  knobs() {
    const { words, rules, temperatures } = this.data;
    this.rule = h("select", { "aria-label": words.rule, onchange: () => this.turn({ rule: this.rule.value }) },
      ...rules.map((rule) => h("option", { value: rule.name }, rule.label)));
    this.ruleNote = h("p", { class: "cx-small" });
    this.sharpness = slider({ min: 0, max: temperatures.length - 1, step: 1, "aria-label": words.temperature, title: words["temperature.help"],
      oninput: () => this.move({ temperature: temperatures[Number(this.sharpness.value)] }) });
    this.temperature = h("b", {});
    return h("section", { class: "cx-knobs" },
      h("div", {}, h("div", { class: "cx-ends", "aria-hidden": "true" }, h("span", {}, words.rule)), this.rule, this.ruleNote),
      h("div", {}, h("div", { class: "cx-ends", "aria-hidden": "true" }, h("span", {}, words.sharpness), this.temperature),
        h("div", { class: "cx-track" }, this.sharpness)));
  }

  panel(one) {
    const { words, tasks, problem } = this.data;
    const place = this.present().indexOf(one);
    if (place < 0) return { element: h("section", {}, heading(one.label, symbol("f", one.index)), h("p", { class: "cx-note" }, one.absent)) };
    const use = toggle(fill(words.use, { modality: one.label }), true, false, (event) => this.use(one.name, event.target.checked));
    const graph = bars(tasks[0].labels, tasks[0].colours, false);
    const mood = strip(words.sentiment, tasks[1].labels);
    graph.set(problem.tasks[0].probabilities[place]);
    mood.set(problem.tasks[1].probabilities[place]);
    const element = h("section", {}, heading(one.label, symbol("f", one.index), h("span", {}, one.certainty), use), graph.element, mood.element);
    return { element, input: use.firstChild, name: one.name };
  }

  segments() {
    const { words } = this.data;
    const inputs = ["mix", "free"].map((mode) => h("input", { type: "radio", name: "cx-mode", value: mode, onchange: () => this.turn({ mode }) }));
    const element = h("div", { class: "cx-modes", role: "radiogroup", "aria-label": words.mode },
      ...inputs.map((input) => h("label", {}, input, h("span", {}, words[`mode.${input.value}`]))));
    return { element, inputs };
  }

  // The controls that fit what is in use; kept while they do, so that neither focus nor a drag is lost.
  arrange() {
    const active = this.active();
    const { mode, rule, prior } = this.settings;
    const pair = active.length === 2;
    const kind = JSON.stringify([active.map((one) => one.name), mode, pair || active.length === 3 ? [rule, prior] : 0, this.data.key]);
    if (kind === this.kind) {
      this.takeFlips(active);
      return;
    }
    const refocus = this.area.contains(document.activeElement);
    this.kind = kind;
    this.control = this.makeControl(active, mode);
    this.area.replaceChildren(this.control.element);
    if (refocus) this.area.querySelector("[tabindex], input")?.focus();
    this.ticks.replaceChildren(...(pair ? this.marks().map((mark) => this.chip(mark)) : []));
    this.ticks.hidden = this.ticks.children.length === 0;
    this.takeFlips(active);
  }

  // The server's flips once they have arrived, as they are exact or marked as searched; until then those found here.
  takeFlips(active) {
    this.flipBar.element.hidden = active.length !== 2 || !(this.follows() || this.serverFlips());
    if (!this.flipBar.element.hidden) this.setFlips(active[0].label);
  }

  makeControl(active, mode) {
    const { words, tasks } = this.data;
    const names = active.map((one) => one.label);
    const moved = (weights) => this.weigh(weights);
    const labels = active.map((one) => fill(words.alpha, { modality: one.label, symbol: one.symbol }));
    if (active.length === 0) return { element: h("p", { class: "cx-note" }, words["mix.none"]), show: () => {} };
    if (active.length === 1) return { element: h("p", { class: "cx-note" }, fill(words["mix.one"], { modality: names[0] })), show: () => {} };
    if (mode === "free") return sliders(names, labels, true, moved);
    const label = fill(words["mix.label"], { modalities: names.join(", ") });
    if (active.length === 2) return crossfader(names, fill(words["mix.share"], { modality: names[0] }), this.marks().map((mark) => mark.share), moved);
    if (active.length > 3 || !this.follows()) return sliders(names, labels, false, moved);
    const problem = this.problem();
    const rules = this.rules();
    const winner = (shares) => verdict(fuse(problem, shares, rules).tasks[0]).first;
    return triangle(names, label, { winner, colours: tasks[0].colours, labels: tasks[0].labels }, moved, (byKey) => this.release(byKey));
  }

  // The suggested mixes under the present rule, as weights of the first of two modalities.
  marks() {
    const known = this.data.marks.map((mark) => ({ ...mark, share: mark.at[this.settings.rule] ?? mark.at["*"] }));
    return known.filter((mark) => mark.share !== undefined && this.active().length === this.present().length);
  }

  chip(mark) {
    const take = () => { this.weigh([mark.share, 1 - mark.share].map((share) => Math.round(share * 100) / 100)); this.release(false); };
    return h("button", { type: "button", class: "cx-chip", title: mark.help, onclick: take }, `${mark.label} `, h("b", {}, number(mark.share)));
  }

  // The server's exact flips, if they are of the present rule and modalities.
  serverFlips() {
    const { flips: found } = this.data;
    return found && found.rule === this.settings.rule && found.off.join() === this.settings.off.join() ? found : null;
  }

  setFlips(name) {
    const found = this.serverFlips();
    if (found) this.flipBar.set(found.segments, found.exact, name);
    else this.flipBar.set(flips(this.problem(), { ...this.rules(), temperature: 1 }), knows(this.settings.rule), name); // T moves no winner
  }

  // --- moving --------------------------------------------------------------------------------------------------------------

  weigh(weights) {
    const alpha = { ...this.settings.alpha };
    this.active().forEach((one, i) => { alpha[one.name] = weights[i]; });
    this.move({ alpha });
  }

  // A move in progress: nothing is sent.
  move(change) {
    Object.assign(this.settings, change);
    this.draw();
  }

  // A choice: drawn and sent at once.
  turn(change) {
    Object.assign(this.settings, change);
    this.arrange();
    this.draw();
    this.release(false);
  }

  use(name, on) {
    this.turn({ off: this.data.modalities.map((one) => one.name).filter((other) => (other === name ? !on : this.settings.off.includes(other))) });
  }

  release(byKey) {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (byKey) {
      this.waiting = setTimeout(() => this.release(false), AFTER_KEYS);
      return;
    }
    this.held = false;
    this.sent += 1;
    this.tell("release", { ...this.settings, seq: this.sent });
  }

  // --- drawing -------------------------------------------------------------------------------------------------------------

  draw() {
    const { words, tasks, temperatures, rules } = this.data;
    const { temperature, rule, mode, off } = this.settings;
    const result = this.fused();
    const active = this.active();
    const shares = active.length ? normalizeAlpha(this.raw()) : [];
    const facts = result && this.facts(result, active);
    this.fusedPanel.set(result && result.tasks, facts);
    this.root.classList.toggle("cx-stale", !this.follows() && this.held);
    const sentence = facts ? this.sentence(facts, active, shares) : "";
    this.control.show(shares, this.raw(), sentence);
    if (!this.flipBar.element.hidden) this.flipBar.mark(shares[0]);
    this.sharpness.value = temperatures.indexOf(temperature);
    this.sharpness.style.setProperty("--at", this.sharpness.value / (temperatures.length - 1));
    this.sharpness.setAttribute("aria-valuetext", facts ? fill(words["temperature.value"], { temperature, ...facts.said }) : String(temperature));
    this.temperature.textContent = `T = ${temperature}`;
    this.rule.value = rule;
    this.ruleNote.textContent = rules.find((one) => one.name === rule)?.note ?? "";
    for (const input of this.modes.inputs) input.checked = input.value === mode;
    this.modes.element.hidden = active.length < 2;
    for (const panel of this.panels) {
      if (panel.input) panel.input.checked = !off.includes(panel.name);
      panel.element.classList.toggle("cx-off", off.includes(panel.name));
    }
    this.spoken = facts ? fill(words["result.spoken"], facts.said) : "";
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => this.speak(), BEFORE_SPEAKING);
  }

  speak() {
    if (this.fusedPanel.spoken.textContent !== this.spoken) this.fusedPanel.spoken.textContent = this.spoken;
    this.spokenOnce = true;
  }

  facts(result, active) {
    const { labels } = this.data.tasks[0];
    const { first, second, margin } = verdict(result.tasks[0]);
    const weights = active.map((one, i) => `${one.label} ${number(result.weights[i])}`).join(" \u00b7 ");
    const said = { label: labels[first], probability: percent(result.tasks[0][first]), margin: percent(margin), runner_up: labels[second], weights };
    return { first, said };
  }

  sentence(facts, active, shares) {
    const weights = active.map((one, i) => `${one.label} ${number(shares[i])}`).join(", ");
    return fill(this.data.words["mix.spoken"], { ...facts.said, weights });
  }
}

// The state that both parts share, in whichever order and however often they are loaded; see live.js.
const page = (window.crossmodal ??= {});
let fixed = null;

// Draw the fixed and the changing data, once both are mounted and of one input.
function draw() {
  const { live } = page;
  if (page.mixer && page.mixer.place !== live?.parentElement) {
    page.mixer.close();
    page.mixer = null;
  }
  if (!live || live.data.key !== fixed.key) return;
  const { data, parentElement, setTriggerValue } = live;
  try {
    page.mixer ??= new Mixer(parentElement);
    page.mixer.update({ ...fixed, ...data }, setTriggerValue);
  } catch (error) {
    console.error("The mixer failed; the page goes on with plain sliders.", error);
    setTriggerValue("failed", true);
  }
}

export default function mount({ data }) {
  fixed = data;
  page.draw = draw;
  draw();
  return () => { if (page.draw === draw) page.draw = null; };
}
