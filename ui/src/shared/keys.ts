/** "F9", "Alt+1", "Ctrl+Enter": the name of a pressed key as it is printed on the key caps. */
export function keyName(event: KeyboardEvent): string {
  // Alt with an input method or on macOS gives odd characters: the physical key is what is printed on it.
  const key = event.altKey ? (/^(?:Key|Digit)(.)$/.exec(event.code)?.[1] ?? event.key) : event.key;
  const held = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && key.length > 1 && "Shift"];
  return [...held.filter(Boolean), key.length === 1 ? key.toUpperCase() : key].join("+");
}

/** Calls the verb bound to the pressed key; a bound key never reaches the web view's own shortcuts. */
export function press(event: KeyboardEvent, verbs: Record<string, (() => unknown) | undefined>): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  // Under an open dialog the page's own keys sleep: Esc closes the nearest thing only.
  if (event.currentTarget === window && document.querySelector('[role="dialog"]')) return false;
  const verb = verbs[keyName(event)];
  if (!verb) return false;
  event.preventDefault();
  void verb();
  return true;
}
