// Where the mixer stands, and what changes at a release: few bytes, as every release sends this text again. What draws
// it comes with what is fixed, and may come later.

export default function mount(component) {
  const page = (window.crossmodal ??= {});
  page.live = component;
  page.draw?.();
  return () => {
    if (page.live?.parentElement === component.parentElement) page.live = null;
    page.draw?.();
  };
}
