import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

const grounds = ["ground", "surface", "sunken"];
const textPairs = [
  ...["ink", "ink-soft", "accent", "act", "soon"].flatMap((ink) => grounds.map((ground) => [ink, ground])),
  ["on-accent", "accent"], ["on-accent", "accent-strong"], ["on-training", "training"],
  ["ink", "accent-tint"], ["accent", "accent-tint"], ["ink", "act-tint"], ["act", "act-tint"], ["ink", "soon-tint"], ["soon", "soon-tint"],
] as [string, string][];
const edgePairs = [...["edge", "focus", "accent"].flatMap((edge) => grounds.map((ground) => [edge, ground])), ["focus", "accent-tint"]] as [string, string][];

describe.each(["light", "dark", "contrast"])("the %s theme", (theme) => {
  const token = tokensOf(theme);

  it.each(textPairs)("writes %s on %s at 7:1 or better", (ink, ground) => {
    expect(contrast(token(ink), token(ground))).toBeGreaterThanOrEqual(7);
  });

  it.each(edgePairs)("draws %s on %s at 3:1 or better", (edge, ground) => {
    expect(contrast(token(edge), token(ground))).toBeGreaterThanOrEqual(3);
  });
});

function tokensOf(theme: string): (name: string) => string {
  const block = css.slice(css.indexOf(`[data-theme="${theme}"]`)).split("}")[0]!;
  return (name) => {
    const value = new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)?.[1];
    if (!value) throw new Error(`${theme} has no token ${name}`);
    return value;
  };
}

/** WCAG 2.2 contrast ratio of two hex colours. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const channel = parseInt(hex.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
