// use_bar_span.ts -- the run of bars that a drag or the keyboard has marked, and the zoom into it.
//
// The marks are kept as times: while auto refresh moves the bars, the same moments stay marked.
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { type Bar, barAt, rangeOfBars } from "../model/histogram";
import type { TimeRange } from "../model/time";

export interface Span {
    from: number; // index of the bar it began at
    to: number; // index of the bar it has come to
}

interface Options {
    bars: Bar[];
    range: TimeRange;
    timeUnder: (event: PointerEvent) => number;
    zoom: (range: TimeRange) => void;
}

export function useBarSpan({ bars, range, timeUnder, zoom }: Options) {
    const [marked, setMarked] = useState<TimeRange | null>(null);
    const [dragging, setDragging] = useState(false);
    const [hovered, setHovered] = useState<number | null>(null);
    const last = bars.length - 1;
    const spanOf = (times: TimeRange): Span => ({
        from: barAt(bars, times.from),
        to: barAt(bars, times.to),
    });
    const span = marked && last >= 0 ? spanOf(marked) : null;
    const hover = hovered !== null && last >= 0 ? spanOf({ from: hovered, to: hovered }) : null;

    const zoomIn = () => {
        const target = span && rangeOfBars(bars, span.from, span.to, range);
        setMarked(null);
        if (target && target.to > target.from) zoom(target);
    };
    const onKeyDown = (event: KeyboardEvent) => {
        const target = {
            ArrowLeft: span ? Math.max(0, span.to - 1) : last,
            ArrowRight: span ? Math.min(last, span.to + 1) : 0,
            Home: 0,
            End: last,
        }[event.key];
        const to = target === undefined ? undefined : bars[target]?.start;
        if (to !== undefined) {
            event.preventDefault();
            setMarked((m) => ({ from: event.shiftKey && m ? m.from : to, to }));
        } else if (event.key === "Enter" && span) {
            event.preventDefault();
            zoomIn();
        } else if (event.key === "Escape" && span) {
            event.stopPropagation();
            setMarked(null);
        }
    };
    const handlers = {
        onKeyDown,
        onBlur: () => setMarked(null),
        onPointerDown: (event: PointerEvent) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            setDragging(true);
            setMarked({ from: timeUnder(event), to: timeUnder(event) });
        },
        onPointerMove: (event: PointerEvent) => {
            const to = timeUnder(event);
            setHovered(to);
            if (dragging) setMarked((m) => (m ? { ...m, to } : m));
        },
        onPointerUp: () => {
            if (dragging) zoomIn();
            setDragging(false);
        },
        onPointerCancel: () => {
            setDragging(false);
            setMarked(null);
        },
        onPointerLeave: () => setHovered(null),
    };
    return { span, shown: span ?? hover, handlers };
}
