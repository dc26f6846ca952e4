// An SVG drawing in the page, and the line of its read-out at the pointer.

class Plot {
  constructor(parent) {
    this.root = parent.appendChild(document.createElement("div"));
    this.root.className = "cx-plot";
    this.here = document.createElement("i");
    this.line = document.createElement("p");
    this.root.addEventListener("pointermove", (event) => this.point(event));
    this.root.addEventListener("pointerdown", (event) => this.point(event));
    this.root.addEventListener("pointerleave", () => this.point(null));
  }

  update({ svg, readOut }) {
    this.readOut = readOut;
    if (svg === this.svg) return;
    this.svg = svg;
    this.drawing = document.adoptNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement);
    this.root.replaceChildren(this.drawing, this.here, this.line);
    this.point(null);
  }

  point(event) {
    const shown = event !== null && this.readOut.length > 1;
    for (const element of [this.here, this.line]) element.hidden = !shown;
    if (!shown) return;
    const [outer, inner] = [this.root, this.drawing].map((element) => element.getBoundingClientRect());
    const last = this.readOut.length - 1;
    const index = Math.round(Math.min(1, Math.max(0, (event.clientX - inner.left) / inner.width)) * last);
    const x = inner.left - outer.left + (inner.width * index) / last;
    this.line.textContent = this.readOut[index];
    this.here.style.left = `${x}px`;
    this.line.style.left = `${Math.max(0, Math.min(x - this.line.offsetWidth / 2, outer.width - this.line.offsetWidth))}px`;
  }
}

const plots = new WeakMap();

export default function mount({ data, parentElement }) {
  if (!plots.has(parentElement)) plots.set(parentElement, new Plot(parentElement));
  plots.get(parentElement).update(data);
}
