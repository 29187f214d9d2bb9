import { cleanup } from "@testing-library/svelte";
import { afterEach } from "vitest";

afterEach(cleanup);

// jsdom draws nothing: scrolling into view is the one missing call the screens make.
Element.prototype.scrollIntoView ??= () => undefined;
