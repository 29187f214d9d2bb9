/**
 * The control a refusal's path names, or the nearest one above it: "applicant.id_number", else "applicant".
 * A path that stands only as the start of others is answered by the first of them.
 */
export function findField(path: string, root: ParentNode = document): HTMLElement | null {
  const fields = [...root.querySelectorAll<HTMLElement>("[data-field]")];
  for (let part = path; part !== ""; part = parentOf(part)) {
    const found = fields.find((field) => field.dataset["field"] === part) ?? fields.find((field) => field.dataset["field"]!.startsWith(part));
    if (found) return found.matches("fieldset") ? found.querySelector<HTMLElement>("input:checked, input") : found;
  }
  return null;
}

const parentOf = (path: string): string => path.replace(/(\.[^.[]+|\[\d+\]|^[^.[]+)$/, "");
