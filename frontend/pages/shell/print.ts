/** `data-prints` on a button. */
export function printOnClick(): void {
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-prints]")) print();
  });
}
