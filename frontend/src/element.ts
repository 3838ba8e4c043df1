/** Define an element, unless another version of this module already has.
 *
 * After an upgrade, the panel and a dashboard may load different versions.
 */
export function element(name: string) {
  return (elementClass: CustomElementConstructor): void => {
    if (!customElements.get(name)) customElements.define(name, elementClass);
  };
}
