// The element of the mixer and the data that change at a release: few bytes, as every release sends this text again. The
// program that draws it is sent with the fixed data, possibly later.

export default function mount(component) {
  const page = (window.crossmodal ??= {});
  page.live = component;
  page.draw?.();
  return () => {
    if (page.live?.parentElement === component.parentElement) page.live = null;
    page.draw?.();
  };
}
