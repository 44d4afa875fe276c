// Whether a person could see an element: half of it in view for a second without a gap, in a page that is not hidden
// (section 4.2 of the wire contract, the IAB's rule for display).

const HALF = 0.5;
const SECOND = 1000;

// Calls `tell` once, when `element` has been seen. The browser says when a share was reached, in its own time; the
// second ends with a fresh look, so that nothing counts which had left meanwhile.
export function whenSeen(element, tell) {
  let since = null;
  let timer = 0;

  const observer = new IntersectionObserver((entries) => entries.forEach(look), { threshold: [0, HALF, 1] });

  function lookAgain() {
    observer.unobserve(element);
    observer.observe(element);
  }

  function look(entry) {
    clearTimeout(timer);
    if (entry.intersectionRatio < HALF || document.visibilityState !== "visible") {
      since = null;
      return;
    }
    since ??= entry.time;
    const left = SECOND - (entry.time - since);
    if (left > 0) {
      timer = setTimeout(lookAgain, left);
      return;
    }
    observer.disconnect();
    document.removeEventListener("visibilitychange", onVisibility);
    tell();
  }

  function onVisibility() {
    clearTimeout(timer);
    since = null;
    if (document.visibilityState === "visible") lookAgain();
  }

  document.addEventListener("visibilitychange", onVisibility);
  observer.observe(element);
}
