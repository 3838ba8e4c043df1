/** Copy a text for an element; return whether that worked. */
export async function copy(text: string, element: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers only offer the clipboard over HTTPS, and many Home Assistants use HTTP.
    return copyBySelection(text, element);
  }
}

function copyBySelection(text: string, element: Element): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  // Outside of an open dialog, nothing can be focused.
  (element.shadowRoot ?? element).append(area);
  area.focus();
  area.select();
  try {
    // Without the focus, this copies nothing and returns true.
    return area.matches(":focus") && document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    (focused as HTMLElement | null)?.focus();
  }
}
