// use_roving.ts -- a long list is one stop of the Tab key; the arrow keys move inside it.
//
// Items are found by the attribute `data-item`, so the list's markup stays free. The item that had
// the focus last keeps the stop, which makes Tab come back to where it was.
import { type FocusEvent, type KeyboardEvent, useEffect, useRef } from "react";

function itemsOf(root: HTMLElement | null): HTMLElement[] {
    return [...(root?.querySelectorAll<HTMLElement>("[data-item]") ?? [])];
}

function setStop(items: HTMLElement[], stop: HTMLElement | undefined): void {
    for (const item of items) item.tabIndex = item === stop ? 0 : -1;
}

const STEPS: Record<string, (at: number, last: number) => number> = {
    ArrowDown: (at, last) => Math.min(at + 1, last),
    ArrowUp: (at) => Math.max(at - 1, 0),
    Home: () => 0,
    End: (_, last) => last,
};

export function useRoving<E extends HTMLElement>() {
    const ref = useRef<E | null>(null);
    const stop = useRef<HTMLElement | null>(null);
    // Lists change with every answer: new items are taken out of the way after each drawing, and
    // the first one becomes the stop when the old one is gone.
    useEffect(() => {
        const items = itemsOf(ref.current);
        setStop(items, items.find((i) => i === stop.current) ?? items[0]);
    });
    const onKeyDown = (event: KeyboardEvent) => {
        const step = STEPS[event.key];
        const items = itemsOf(ref.current);
        const at = items.indexOf(event.target as HTMLElement);
        if (!step || at < 0) return;
        event.preventDefault();
        items[step(at, items.length - 1)]?.focus();
    };
    const onFocus = (event: FocusEvent) => {
        const items = itemsOf(ref.current);
        if (!items.includes(event.target as HTMLElement)) return;
        stop.current = event.target as HTMLElement;
        setStop(items, stop.current);
    };
    return { ref, onKeyDown, onFocus };
}
