// Do something once an element has left the document.
export function whenGone(element: HTMLElement, act: () => void): void {
  const watch = new MutationObserver(() => {
    if (element.isConnected) return;
    watch.disconnect();
    act();
  });
  watch.observe(document.body, { childList: true, subtree: true });
}
